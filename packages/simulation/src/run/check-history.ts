import {
  type CheckerName,
  type CheckOptions,
  checkers,
  type HistoryEvent,
  inOrder,
  type Violation,
} from "@holdfast/history";
import type { Scenario } from "./scenario.ts";

/** Steps of the search for a linearization: most histories need a fraction. */
const OPTIONS: CheckOptions = { stepsMax: 5_000 };
/** Of a token: how often its lock was handed on inside a process. */
const LOCAL_INDEXES = 64n;

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
  const isHandedOn = ({ token = "0" }: HistoryEvent): boolean => BigInt(token) % LOCAL_INDEXES > 0n;
  const handedOn = new Set(history.filter(isHandedOn).map(({ hold }) => hold));
  return history.filter(({ hold }) => !handedOn.has(hold));
}

/** A holder that has lost its lock unseen may be refused while it still relies on it. */
function withoutRefusal(event: HistoryEvent): HistoryEvent {
  const isRefusal = event.operation === "write" && event.phase === "fail";
  return isRefusal ? { ...event, phase: "unknown" } : event;
}
