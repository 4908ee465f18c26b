import {
  type CheckerName,
  type CheckOptions,
  checkers,
  type HistoryEvent,
  type Hold,
  holdsOf,
  inOrder,
  type Violation,
} from "@holdfast/history";
import { nsOf } from "../world/nanoseconds.ts";
import type { Scenario } from "./scenario.ts";

/** Steps of the search for a linearization: most histories need a fraction. */
const OPTIONS: CheckOptions = { stepsMax: 5_000 };
/** Of a token: how often its lock was handed on inside a process. */
const LOCAL_INDEXES = 64n;
/** A lock is valid for its ttl from its sending, less what is allowed for clocks: 3 % of it and 7 ms at most. */
const SENT_SHARE = 0.97;
const SENT_MS = 7;

/**
 * What the checkers of histories find. Where locks may be lost unseen, tokens still have to keep what
 * they guard in order, as long as they rise: that is what they are for.
 */
export function checkHistory(
  history: readonly HistoryEvent[],
  { isExclusive, isFenced, isSearched }: HistoryFacts,
): readonly Violation[] {
  const ordered = inOrder(history);
  const found = check(ordered, ["termination"]);
  if (isExclusive) found.push(...check(ordered, ["exclusion", "ownership"]));
  if (!isFenced) return found;
  if (!isExclusive) {
    found.push(...check(grantedByBackend(ordered), ["fencing-order"]));
    found.push(...check(ordered.map(withoutRefusal), ["fenced-resource"]));
    return found;
  }
  found.push(...check(ordered, ["fencing-order", "fenced-resource"]));
  if (isSearched) found.push(...check(ordered, ["linearizability"]));
  return found;
}

/** What a history may be expected to show. */
type HistoryFacts = Pick<Scenario, "isExclusive" | "isFenced" | "isSearched">;

function check(history: readonly HistoryEvent[], names: readonly CheckerName[]): Violation[] {
  return names.flatMap((name) => checkers[name](history, OPTIONS));
}

/**
 * A process that does not know yet that its lock is gone may hand it on among its own, with tokens from
 * before: only what the backend granted is in order.
 */
function grantedByBackend(history: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const handedOn = new Set(
    holdsOf(history)
      .filter(isHandedOn)
      .map(({ hold }) => hold),
  );
  return history.filter(({ hold }) => !handedOn.has(hold));
}

/** Its token says so; one that was granted to a waiter who has left, and asked for before it, is its first. */
function isHandedOn({ asked, granted, token = 0n }: Hold): boolean {
  if (token % LOCAL_INDEXES > 0n) return true;
  const { atNs, ttlMs = 0 } = asked ?? { atNs: 0 };
  const sentNsMax =
    (granted?.validUntilNs ?? Number.POSITIVE_INFINITY) - nsOf(ttlMs * SENT_SHARE - SENT_MS);
  return sentNsMax < atNs;
}

/** A holder that has lost its lock unseen may be refused while it still relies on it. */
function withoutRefusal(event: HistoryEvent): HistoryEvent {
  const isRefusal = event.operation === "write" && event.phase === "fail";
  return isRefusal ? { ...event, phase: "unknown" } : event;
}
