import { isDeepStrictEqual } from "node:util";
import type { Result } from "../method/outcome.ts";
import type { Spread } from "../method/spread.ts";
import type { Report } from "../report/report.ts";
import type { MetricKind, Scenario } from "../scenario.ts";
import type { Change, Comparison } from "./comparison.ts";
import { differencesOf } from "./differences.ts";

/** These do not depend on how fast the machine is; all else is compared as a ratio only. */
const EXACT_KINDS: readonly MetricKind[] = ["count", "index", "kib"];

/** With fewer rounds than this, two ratios lie apart by chance. */
const RATIO_ROUNDS_MIN = 3;

/** An older run and a newer one. */
export interface ReportPair {
  readonly before: Report;
  readonly after: Report;
}

/**
 * What changed beyond the noise: figures whose spreads, from the smallest round to the largest, have
 * nothing in common. Only ratios and counts that both runs have, under the same params, are looked at;
 * absolute times of two runs cannot be compared.
 */
export function compareReports(scenarios: readonly Scenario[], pair: ReportPair): Comparison {
  const figures = pair.after.results.flatMap((after) => {
    const before = pair.before.results.find((result) => isSame(result, after));
    return before === undefined ? [] : figuresOf(scenarios, before, after);
  });
  return {
    changes: figures.filter(({ before, after }) => isApart(before, after)),
    comparedCount: figures.length,
    differences: differencesOf(pair),
  };
}

function isSame(before: Result, after: Result): boolean {
  return (
    before.strategy === after.strategy &&
    before.scenario === after.scenario &&
    before.variant === after.variant &&
    isDeepStrictEqual(before.params, after.params)
  );
}

function figuresOf(
  scenarios: readonly Scenario[],
  before: Result,
  after: Result,
): readonly Change[] {
  const { strategy, scenario, variant } = after;
  const place = { strategy, scenario, variant };
  const metrics = scenarios.find(({ id }) => id === scenario)?.metrics ?? [];
  const exact = metrics.filter(({ kind }) => EXACT_KINDS.includes(kind)).map(({ id }) => id);
  const counts = exact.flatMap((metric) =>
    bothOf(before.metrics[metric], after.metrics[metric]).map((both) => ({
      ...place,
      metric,
      ...both,
    })),
  );
  const ratios = Object.entries(after.ratios).flatMap(([dividedBy, spreads]) =>
    Object.entries(spreads).flatMap(([metric, spread]) =>
      bothOf(before.ratios[dividedBy]?.[metric], spread)
        .filter((both) => Math.min(both.before.rounds, both.after.rounds) >= RATIO_ROUNDS_MIN)
        .map((both) => ({ ...place, metric, dividedBy, ...both })),
    ),
  );
  return [...counts, ...ratios];
}

function bothOf(
  before: Spread | undefined,
  after: Spread | undefined,
): readonly { readonly before: Spread; readonly after: Spread }[] {
  return before === undefined || after === undefined ? [] : [{ before, after }];
}

function isApart(before: Spread, after: Spread): boolean {
  return after.min > before.max || after.max < before.min;
}
