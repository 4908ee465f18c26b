import { strategies } from "../strategies.ts";
import type { Strategy } from "../strategy.ts";

/** Holdfast's own strategies, other libraries, and the raw drivers as the limit. */
export type Family = "own" | "peer" | "raw";

/** Whose strategy it is. One that is not known any more is somebody else's. */
export function familyOf(strategyId: string): Family {
  const strategy = strategyOf(strategyId);
  if (strategy === undefined || strategy.isPeer === true) return "peer";
  return strategy.comparedWith.length === 0 ? "raw" : "own";
}

/** The strategy that a result names; undefined where it is not known any more. */
export function strategyOf(strategyId: string): Strategy | undefined {
  return strategies.find(({ id }) => id === strategyId);
}
