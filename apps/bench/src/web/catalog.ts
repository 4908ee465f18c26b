import { QUICK_ROUNDS, QUICK_SECONDS, quickScenarios, quickStrategies } from "../cli/quick.ts";
import type { Metric } from "../scenario.ts";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";

/** A strategy that can be chosen. */
interface CatalogStrategy {
  readonly id: string;
  readonly about: string;
  readonly backend: string;
  readonly isPeer: boolean;
  /** Whether a first look has it. */
  readonly isQuick: boolean;
}

/** A scenario that can be chosen. */
interface CatalogScenario {
  readonly id: string;
  readonly about: string;
  readonly isQuick: boolean;
  readonly metrics: readonly Metric[];
  readonly variants: readonly string[];
}

/** All that a page offers to be measured. */
export interface Catalog {
  readonly strategies: readonly CatalogStrategy[];
  readonly scenarios: readonly CatalogScenario[];
  readonly quickSeconds: number;
  readonly quickRounds: number;
}

const quickIds = new Set(
  [...quickStrategies(strategies), ...quickScenarios(scenarios)].map(({ id }) => id),
);

/** What this program knows, in the order of the report. */
export const catalog: Catalog = {
  strategies: strategies.map(({ id, about, backend, isPeer = false }) => ({
    ...{ id, about, backend, isPeer },
    isQuick: quickIds.has(id),
  })),
  scenarios: scenarios.map(({ id, about, metrics, variants }) => ({
    ...{ id, about, metrics },
    isQuick: quickIds.has(id),
    variants: variants.map(({ title }) => title),
  })),
  quickSeconds: QUICK_SECONDS,
  quickRounds: QUICK_ROUNDS,
};
