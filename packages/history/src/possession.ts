import { pairCalls } from "./call.ts";
import type { Conditions } from "./conditions.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { Hold } from "./hold.ts";
import type { Interval } from "./interval.ts";

/** What is known of the backend that a history was recorded on. */
export interface BackendFacts {
  /** How long after its caller gave up or died a request may still arrive. Default: for ever. */
  readonly deliveryMs?: number;
  /** What ends the lock of a process that died: its ttl (the default), or its session at once. */
  readonly endsBy?: "ttl" | "session";
}

/** How a possession ended: given back, by its ttl, or by its session's or process's death. */
export type Ending = "release" | "ttl" | "crash";

/** The time in which a hold may have had the lock on the backend. Called P in the design. */
export interface Possession extends Interval {
  readonly hold: Hold;
  readonly ending: Ending;
}

const NS_PER_MS = 1e6;
/** A backend's clock may run slower than ours by this much of the ttl, and a little. */
const DRIFT_SHARE = 0.01;
const DRIFT_MS = 2;

/**
 * From the acquire's invoke until the backend said that the hold does not have the lock any more, or
 * until its ttl, counted from the last moment at which it can have been set, is over. An acquire that
 * failed has the lock until it is told so, at most.
 */
export function possessionOf(
  hold: Hold,
  conditions: Conditions,
  facts: BackendFacts,
): Possession | undefined {
  const { asked, answered } = hold;
  if (asked === undefined) return undefined;
  const startNs = asked.atNs;
  const givenNs = hold.events.find(isOver)?.atNs ?? Number.POSITIVE_INFINITY;
  const refusedNs = answered?.phase === "fail" ? answered.atNs : Number.POSITIVE_INFINITY;
  const crashNs = conditions.crashNs.get(hold.process);
  const expiresNs = setUntilNs(hold, crashNs, facts) + ttlNsOf(asked);
  const sessionEndNs = facts.endsBy === "session" ? crashNs : undefined;
  const endNs = Math.min(givenNs, refusedNs, expiresNs, sessionEndNs ?? Number.POSITIVE_INFINITY);
  if (endNs === givenNs || endNs === refusedNs) return { startNs, endNs, hold, ending: "release" };
  return { startNs, endNs, hold, ending: crashNs === undefined ? "ttl" : "crash" };
}

/** The backend's word that the lock is not this hold's any more. */
function isOver({ operation, phase }: HistoryEvent): boolean {
  if (operation === "release") return phase === "ok" || phase === "fail";
  return operation === "renew" && phase === "fail";
}

/** The longest that a backend counts for the ttl asked for. */
function ttlNsOf({ ttlMs = Number.POSITIVE_INFINITY }: HistoryEvent): number {
  return (ttlMs * (1 + DRIFT_SHARE) + DRIFT_MS) * NS_PER_MS;
}

/** Until when a request of the hold can have set its ttl, however late it arrived. */
function setUntilNs(
  hold: Hold,
  crashNs: number | undefined,
  { deliveryMs = Number.POSITIVE_INFINITY }: BackendFacts,
): number {
  const ends = pairCalls(hold.events).calls.map(({ invoke, end }) => {
    if (invoke.operation !== "acquire" && invoke.operation !== "renew") return 0;
    if (end !== undefined && end.phase !== "unknown") return end.atNs;
    return (end?.atNs ?? crashNs ?? Number.POSITIVE_INFINITY) + deliveryMs * NS_PER_MS;
  });
  return Math.max(...ends);
}
