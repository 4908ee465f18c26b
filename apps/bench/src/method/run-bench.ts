import type { Outcome } from "./outcome.ts";
import { effortOf, type Plan } from "./plan.ts";
import { type RunOptions, VariantRun } from "./variant-run.ts";

/** Runs the plan from its first item to its last. Ends early, with what it has, on abort. */
export async function runBench(plan: Plan, options: RunOptions): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const item of plan.items) {
    if (options.signal.aborted) break;
    outcomes.push(await new VariantRun(item, options).measure(effortOf(plan, item)));
  }
  return {
    results: outcomes.flatMap(({ results }) => results),
    controls: outcomes.flatMap(({ controls }) => controls),
    cannot: outcomes.flatMap(({ cannot }) => cannot),
    gaps: outcomes.flatMap(({ gaps }) => gaps),
  };
}
