/**
 * What was done, or what happened.
 *
 * Calls of a lock's user, each an `invoke` and then one of the other phases:
 * - `acquire`: `ok` is the grant, with its token and validity; `fail` surely took no effect, and
 *   `detail` is `aborted` when its caller did not want it any more.
 * - `renew`: `ok` carries the new validity; `fail` is the backend's word that the lock is not ours.
 * - `release`: `ok` freed the lock; `fail` says that it was not ours any more.
 * - `write`: adds one to what the lock guards, with the holder's token; `fail` is its refusal.
 * - `read`: `ok` carries in `value` how many additions it counted.
 *
 * Facts, each an `ok` alone:
 * - `wait`: the acquire of this hold stands in the backend's line by now.
 * - `lost`: the holder was told, by its signal or by `assertValid`, whatever the cause.
 * - `crash`: the process begins to end without a word. Recorded before it is killed.
 * - `pause`, `resume`: the process stands still, and goes on.
 * - `fault`, `heal`: something else is broken on purpose; `hold` names the one and `detail` its kind.
 * - `leftover`: `detail` is still there although everything has ended.
 */
export type Operation = (typeof operations)[number];

/** `invoke` before a call leaves; then one of the others, unless its caller died. */
export type Phase = (typeof phases)[number];

export const operations = [
  "acquire",
  "renew",
  "release",
  "write",
  "read",
  "wait",
  "lost",
  "crash",
  "pause",
  "resume",
  "fault",
  "heal",
  "leftover",
] as const;

export const phases = ["invoke", "ok", "fail", "unknown"] as const;

/** One moment of a history: one JSON line of its file. */
export interface HistoryEvent {
  /** Whole nanoseconds since the base of the run, on one clock for all processes. */
  readonly atNs: number;
  readonly process: string;
  readonly client: string;
  /** One acquisition, from its acquire to its end; its own in a history. */
  readonly hold: string;
  /** Of the lock. Empty for what concerns no lock. */
  readonly name: string;
  readonly operation: Operation;
  readonly phase: Phase;
  /** Fencing token in decimal digits. */
  readonly token?: string;
  /** Of the invoke of an acquire: the ttl asked for. Without it no expiry is ever certain. */
  readonly ttlMs?: number;
  /** Until when the holder may rely on the lock, in nanoseconds since the same base. */
  readonly validUntilNs?: number;
  /** Of a read. */
  readonly value?: number;
  /** For people: a fault's kind, an error's code. */
  readonly detail?: string;
}
