import { type Exploration, explore } from "./explore.ts";
import { quorumModel } from "./quorum-model.ts";
import { RULES, type Rules } from "./rules.ts";
import type { Scope } from "./scope.ts";

/** One exploration with its name. */
export interface ModelCase {
  readonly id: string;
  /** In a table: what may happen, or which rule is broken. */
  readonly title: string;
  readonly scope: Scope;
  readonly rules: Rules;
}

/** Past this a model is not as small as it was meant: about 2 GB. */
const STATES_MAX = 30_000_000;

export function exploreCase({ scope, rules }: ModelCase): Exploration {
  return explore(quorumModel(scope, rules), STATES_MAX);
}

/** Whether a rule is broken, so that something must be violated. */
export function isBroken({ rules }: ModelCase): boolean {
  return rules !== RULES;
}
