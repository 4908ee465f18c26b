/** How a figure is held against its target. */
export const COMPARISONS = ["at most", "at least", "exactly"] as const;

export type Comparison = (typeof COMPARISONS)[number];

/** The servers that a row can need. */
export const NEEDS = ["redis", "postgres", "etcd"] as const;

/**
 * What a row's metric is divided by, round by round: a strategy's same metric; that of whichever peer did
 * best; or another metric of the row's own strategy, in another variant where one is named.
 */
export type Divisor =
  | { readonly strategy: string }
  | { readonly peer: "best" }
  | { readonly metric: string; readonly variant?: string };

/** One target of the benchmark, as `gates.json` has it. */
export interface GateRow {
  /** `P` and a number, then a number for each of its parts: `P5.2`. */
  readonly id: string;
  /** What is asked, for a reader. */
  readonly text: string;
  readonly strategy: string;
  readonly scenario: string;
  /** Title of the scenario's variant. */
  readonly variant: string;
  readonly metric: string;
  /** Absent where the metric itself is held against the target. */
  readonly dividedBy?: Divisor;
  readonly comparison: Comparison;
  /** Missing it fails the gate. */
  readonly must: number;
  /** Reaching it is only said. */
  readonly stretch?: number;
  /** The kinds of servers without which the row cannot be measured. */
  readonly needs: readonly (typeof NEEDS)[number][];
}
