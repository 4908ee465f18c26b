/** What became of one stop of the holder in `pause`: milliseconds from the stop. */
export interface PauseCourse {
  readonly resumedMs: number;
  /** When the other process had the lock; null where not before the holder went on. */
  readonly takenOverMs: number | null;
  /** When the holder's library said that the lock was lost; null where it never did. */
  readonly toldMs: number | null;
  /** Writes that were taken and are missing in the end. */
  readonly lostWrites: number;
}

/** What the slices of a result show beside its metrics, each where the scenario has it. */
export interface Details {
  /** `us[i]` is what `percents[i]` of the cycles took at most; the median over the rounds. */
  readonly latency?: { readonly percents: readonly number[]; readonly us: readonly number[] };
  /** Turns of each contender over all rounds; those of one process beside each other. */
  readonly turns?: readonly number[];
  /** A course for each round. */
  readonly pauses?: readonly PauseCourse[];
}
