import type { Strategy } from "../strategy.ts";

/** What the command line says about strategies. */
export interface StrategyWish {
  /** Those of `--strategies`, or undefined without it. */
  readonly named: readonly Strategy[] | undefined;
  /** Whether `--peers` is there. */
  readonly peers: boolean;
}

/**
 * The strategies of a run, in the order of `known`. Peers take part where they are named, or with
 * `--peers`: then all of them, or, beside named strategies, all that work on the same backends.
 */
export function chooseStrategies(
  known: readonly Strategy[],
  { named, peers }: StrategyWish,
): readonly Strategy[] {
  if (named === undefined) return known.filter(({ isPeer }) => peers || isPeer !== true);
  const backends = new Set(named.map(({ backend }) => backend));
  return known.filter(
    (strategy) =>
      named.includes(strategy) ||
      (peers && strategy.isPeer === true && backends.has(strategy.backend)),
  );
}
