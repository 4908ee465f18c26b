import type { Place } from "../method/outcome.ts";
import type { Spread } from "../method/spread.ts";

/** A figure that two runs disagree about by more than the noise of either. */
export interface Change extends Place {
  readonly metric: string;
  /** The strategy that it is divided by; absent for a count. */
  readonly dividedBy?: string;
  readonly before: Spread;
  readonly after: Spread;
}

/** What became of an older run's figures in a newer one. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** How many figures both runs have, changed or not. */
  readonly comparedCount: number;
  /** How the machines, versions and lengths of the two runs differ, a sentence each. */
  readonly differences: readonly string[];
}
