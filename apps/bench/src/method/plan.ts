import type { Scenario, Variant } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";

/** One table to measure: a variant of a scenario, and the strategies that are asked. */
export interface PlanItem {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly strategies: readonly Strategy[];
}

/** What a run measures, in its order, and how thoroughly. */
export interface Plan {
  readonly items: readonly PlanItem[];
  /** Length of a slice, in seconds; overrides every scenario's own. */
  readonly seconds: number | undefined;
  /** Overrides every scenario's own. */
  readonly rounds: number | undefined;
}

/** Asks every variant of every scenario of every strategy. */
export function planItems(
  scenarios: readonly Scenario[],
  strategies: readonly Strategy[],
): readonly PlanItem[] {
  return scenarios.flatMap((scenario) =>
    scenario.variants.map((variant) => ({ scenario, variant, strategies })),
  );
}
