import type { Outcome } from "./outcome.ts";
import { effortOf, type Plan } from "./plan.ts";
import { type VariantOptions, VariantRun } from "./variant-run.ts";

export interface RunOptions extends VariantOptions {
  /** Called after each variant with all that there is so far. */
  readonly onPart: (soFar: Outcome) => void;
}

/** Runs the plan from its first item to its last. Ends early, with what it has, on abort. */
export async function runBench(plan: Plan, options: RunOptions): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const item of plan.items) {
    if (options.signal.aborted) break;
    outcomes.push(await new VariantRun(item, options).measure(effortOf(plan, item)));
    options.onPart(together(outcomes));
  }
  return together(outcomes);
}

function together(outcomes: readonly Outcome[]): Outcome {
  return {
    results: outcomes.flatMap(({ results }) => results),
    controls: outcomes.flatMap(({ controls }) => controls),
    cannot: outcomes.flatMap(({ cannot }) => cannot),
    gaps: outcomes.flatMap(({ gaps }) => gaps),
  };
}
