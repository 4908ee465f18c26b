import { type Exploration, explore, type Model } from "./explore.ts";

/** One exploration with its name. */
export interface ModelCase {
  readonly id: string;
  /** In a table: what may happen, or which rule is broken. */
  readonly title: string;
  /** Whether a rule is broken, so that something must be violated. */
  readonly isBroken: boolean;
  readonly model: () => Model;
}

/** Past this a model is not as small as it was meant: about 2 GB. */
const STATES_MAX = 30_000_000;

export function exploreCase({ model }: ModelCase): Exploration {
  return explore(model(), STATES_MAX);
}
