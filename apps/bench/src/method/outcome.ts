import type { Params } from "../scenario.ts";
import type { Details } from "./details.ts";
import type { Spreads } from "./summary.ts";

/** Where in a run something belongs. */
export interface Place {
  readonly strategy: string;
  readonly scenario: string;
  /** Title of the scenario's variant. */
  readonly variant: string;
}

/** One strategy in one variant of one scenario. */
export interface Result extends Place {
  readonly params: Params;
  readonly metrics: Spreads;
  /** By the strategy that it is divided by. */
  readonly ratios: Readonly<Record<string, Spreads>>;
  /** Metric id to its value in each round, null where a round has none. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  /** Absent where the scenario has none, and in results of before there were any. */
  readonly details?: Details;
}

/** The noise of a variant: one strategy measured twice over, divided by itself. Noiseless would be 1. */
export interface Control extends Place {
  readonly ratios: Spreads;
  /** The metrics whose middle values lie too far apart for the variant's ratios to conclude anything. */
  readonly tooNoisy: readonly string[];
}

/** What a strategy is not made for: the whole variant, or some of its metrics. */
export interface Inability extends Place {
  /** Absent where it is the whole variant. */
  readonly metrics?: readonly string[];
}

/** What was asked for and has no figures, with the reason and what to do about it. */
export interface Gap extends Place {
  /** `absent`: what it needs is not there. `failed`: it took part and broke off. */
  readonly kind: "absent" | "failed";
  readonly why: string;
}

export interface Outcome {
  readonly results: readonly Result[];
  readonly controls: readonly Control[];
  readonly cannot: readonly Inability[];
  readonly gaps: readonly Gap[];
}
