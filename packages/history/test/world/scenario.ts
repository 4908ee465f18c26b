/**
 * What happens on the way.
 *
 * - `pause`: a client stands still for longer than a ttl.
 * - `crash`: a client ends without a word.
 * - `lose-replies`: what the members answer to a client is lost for a while.
 * - `hold-requests`: what a client asks arrives a while later.
 * - `hold-some`: half of what a client asks arrives a while later, after what it asks then.
 * - `cut-off`: one member is cut off from one client for a while.
 * - `restart`: a member comes back without memory.
 * - `clock-jump`: the wall clock of a client goes back by an hour.
 */
export type Fault = (typeof faults)[number];

export const faults = [
  "pause",
  "crash",
  "lose-replies",
  "hold-requests",
  "hold-some",
  "cut-off",
  "restart",
  "clock-jump",
] as const;

export interface Scenario {
  readonly members: number;
  readonly clients: number;
  readonly names: number;
  /** Locks that each client takes. */
  readonly rounds: number;
  readonly ttlMs: number;
  /** Each as often as it is named. */
  readonly faults: readonly Fault[];
}
