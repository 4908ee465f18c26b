/**
 * What was done or what happened. The first six are calls of a lock's user; `read` and `write` go to
 * the resource that the lock guards.
 *
 * - `acquire`: `ok` is the grant, with its token and validity; `fail` surely took no effect.
 * - `wait`: `ok` says that the acquire of this hold stands in the backend's line by now.
 * - `renew`: `ok` carries the new validity; `fail` is the backend's word that the lock is not ours.
 * - `release`: `ok` freed the lock; `fail` says that it was not ours any more.
 * - `lost`: `ok` when the holder was told (its signal, or `assertValid`), by whatever cause.
 * - `write`: adds one to the resource, with the holder's token; `fail` was refused by the resource.
 * - `read`: `ok` carries in `value` how many additions the resource holds.
 * - `crash`: the process ends without a word. `invoke` before it is killed, `ok` when it is dead.
 * - `fault`, `heal`: `ok` when a fault begins and ends; `process` is whom it concerns, `""` for all,
 *   and `hold` names the fault.
 * - `leftover`: `ok` for each thing, named by `detail`, that is still there at rest.
 */
export type Operation = (typeof operations)[number];

/** `invoke` before a call leaves; then one of the others, unless its caller died. */
export type Phase = (typeof phases)[number];

export const operations = [
  "acquire",
  "wait",
  "renew",
  "release",
  "lost",
  "write",
  "read",
  "crash",
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
  /** One acquisition, from its acquire to its end; used once in a history. */
  readonly hold: string;
  /** Of the lock. Empty for what concerns no lock. */
  readonly name: string;
  readonly operation: Operation;
  readonly phase: Phase;
  /** Fencing token in decimal digits. */
  readonly token?: string;
  /** Until when the holder may rely on the lock, in nanoseconds since the same base. */
  readonly validUntilNs?: number;
  readonly value?: number;
  /** For people: a fault's kind, an error's code. */
  readonly detail?: string;
}
