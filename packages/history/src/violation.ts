import type { HistoryEvent } from "./history-event.ts";

/** Something in a history that no correct lock does. */
export interface Violation {
  /** Which rule it breaks. */
  readonly checker: CheckerName;
  /** Of the lock; empty where it concerns none. */
  readonly name: string;
  readonly message: string;
  /** The events that prove it, in the order of their times. */
  readonly events: readonly HistoryEvent[];
}

export type CheckerName =
  | "exclusion"
  | "fencing-order"
  | "fenced-resource"
  | "ownership"
  | "lost-wake-up"
  | "hand-off"
  | "crash-hand-off"
  | "fifo"
  | "loss-told"
  | "availability"
  | "termination"
  | "leaks"
  | "linearizability";
