import type { Conditions } from "./conditions.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { Hold } from "./hold.ts";
import type { Interval } from "./interval.ts";

/** What is known of the backend that a history was recorded on. */
export interface BackendFacts {
  /**
   * How long after its caller gave up or died a request may still arrive. Default: for ever, and then
   * nothing is said of a lock being free once a process that used it died.
   */
  readonly deliveryMs?: number;
  /** How long after a fault or pause ended things may still be in disorder. Default 0. */
  readonly settleMs?: number;
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

const NEVER = Number.POSITIVE_INFINITY;
const NS_PER_MS = 1e6;
/** A backend's clock may run slower than ours by this much of the ttl, and a little. */
const DRIFT_SHARE = 0.01;
const DRIFT_MS = 2;

/**
 * From the acquire's invoke until the backend said that the hold does not have the lock any more, or
 * until its ttl, counted from the last moment at which it can have been set, is over. An acquire that
 * failed has the lock until it is told so, at most.
 *
 * A second one begins when the process dies: of attempts that nobody tells of, requests may be on their
 * way, and nobody is left to release what they take.
 */
export function possessionsOf(
  hold: Hold,
  conditions: Conditions,
  facts: BackendFacts,
): readonly Possession[] {
  const { asked, answered, events, process } = hold;
  if (asked === undefined) return [];
  const { deliveryMs = NEVER, endsBy = "ttl" } = facts;
  const crashNs = conditions.crashNs.get(process) ?? NEVER;
  const refusedNs = answered?.phase === "fail" ? answered.atNs : NEVER;
  const givenNs = Math.min(refusedNs, events.find(isOver)?.atNs ?? NEVER);
  const sessionEndNs = endsBy === "session" ? crashNs : NEVER;
  const ttlNs = ttlNsOf(asked);
  const setNs = setUntilNs(hold, crashNs, deliveryMs * NS_PER_MS);
  const endNs = Math.min(givenNs, sessionEndNs, setNs + ttlNs);
  const byTime = crashNs <= endNs ? "crash" : "ttl";
  const ending = endNs === givenNs ? "release" : byTime;
  const own: Possession = { startNs: asked.atNs, endNs, hold, ending };
  if (crashNs === NEVER || deliveryMs === 0 || endsBy === "session") return [own];
  const ghostNs = crashNs + deliveryMs * NS_PER_MS + ttlNs;
  return [own, { startNs: crashNs, endNs: ghostNs, hold, ending: "crash" }];
}

/** The backend's word that the lock is not this hold's any more. */
function isOver({ operation, phase }: HistoryEvent): boolean {
  if (operation === "release") return phase === "ok" || phase === "fail";
  return operation === "renew" && phase === "fail";
}

/** The longest that a backend counts for the ttl asked for. */
function ttlNsOf({ ttlMs = NEVER }: HistoryEvent): number {
  return (ttlMs * (1 + DRIFT_SHARE) + DRIFT_MS) * NS_PER_MS;
}

/** Until when a request of the hold can have set its ttl, however late it arrived. */
function setUntilNs(hold: Hold, crashNs: number, deliveryNs: number): number {
  return hold.calls.reduce((latestNs, { invoke, end }) => {
    if (invoke.operation !== "acquire" && invoke.operation !== "renew") return latestNs;
    const isCertain = end !== undefined && end.phase !== "unknown";
    const arrivedNs = isCertain ? end.atNs : (end?.atNs ?? crashNs) + deliveryNs;
    return Math.max(latestNs, arrivedNs);
  }, 0);
}
