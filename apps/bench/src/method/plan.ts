import type { Scenario, Variant } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";

/** One table to measure: a variant of a scenario, and the strategies that are asked. */
export interface PlanItem {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly strategies: readonly Strategy[];
}

/** How long and how often to measure. */
export interface Effort {
  /** Length of a slice. */
  readonly seconds: number;
  readonly rounds: number;
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

/** The plan's wish for one of its items, or the scenario's own. */
export function effortOf(plan: Plan, { scenario, variant }: PlanItem): Effort {
  return {
    seconds: plan.seconds ?? scenario.secondsDefault,
    rounds: plan.rounds ?? variant.roundsDefault ?? scenario.roundsDefault,
  };
}

/**
 * What the slices of a plan add up to in seconds, with warm-up and control, where every server can be
 * had. A run takes longer: processes start, queues empty, and some scenarios have no slices but take
 * what they take.
 */
export function sliceSeconds(plan: Plan): number {
  return plan.items.reduce((sum, item) => {
    const { seconds, rounds } = effortOf(plan, item);
    const able = item.strategies.filter(
      (strategy) => item.scenario.paramsFor(strategy, item.variant) !== undefined,
    ).length;
    const isCompared = item.scenario.metrics.some(({ compared }) => compared);
    const control = isCompared && able > 1 && rounds > 1 ? 1 : 0;
    return sum + (able + control) * (rounds + 1) * seconds;
  }, 0);
}
