import type { HistoryEvent } from "./history-event.ts";

/** Something in a history that no correct lock does. */
export interface Violation {
  /** Which rule it breaks. */
  readonly checker: CheckerName;
  /** Of the lock. */
  readonly name: string;
  readonly message: string;
  /** The events that prove it, in the order of their times. */
  readonly events: readonly HistoryEvent[];
}

export type CheckerName = (typeof checkerNames)[number];

export const checkerNames = ["exclusion", "fencing-order"] as const;
