import type { Params } from "../scenario.ts";
import type { Spreads } from "./summary.ts";

/** One strategy in one variant of one scenario. */
export interface Result {
  readonly strategy: string;
  readonly scenario: string;
  readonly variant: string;
  readonly params: Params;
  readonly metrics: Spreads;
  /** By the strategy that it is divided by. */
  readonly ratios: Readonly<Record<string, Spreads>>;
}

/** What was asked for and has no figures, with the reason and what to do about it. */
export interface Gap {
  readonly strategy: string;
  readonly scenario: string;
  readonly variant: string;
  readonly why: string;
}

export interface Outcome {
  readonly results: readonly Result[];
  readonly gaps: readonly Gap[];
}
