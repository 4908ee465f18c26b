import type { Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import type { Outcome } from "./outcome.ts";
import { type RunOptions, VariantRun } from "./variant-run.ts";

/** What to measure. */
export interface Selection {
  readonly strategies: readonly Strategy[];
  readonly scenarios: readonly Scenario[];
  /** Overrides every scenario's own. */
  readonly seconds: number | undefined;
  readonly rounds: number | undefined;
}

/** Runs every selected scenario with every selected strategy. Ends early, with what it has, on abort. */
export async function runBench(selection: Selection, options: RunOptions): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const scenario of selection.scenarios) {
    for (const variant of scenario.variants) {
      if (options.signal.aborted) break;
      const run = new VariantRun(scenario, variant, options);
      outcomes.push(
        await run.measure(selection.strategies, {
          seconds: selection.seconds ?? scenario.secondsDefault,
          rounds: selection.rounds ?? variant.roundsDefault ?? scenario.roundsDefault,
        }),
      );
    }
  }
  return {
    results: outcomes.flatMap(({ results }) => results),
    gaps: outcomes.flatMap(({ gaps }) => gaps),
  };
}
