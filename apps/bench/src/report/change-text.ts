import type { Change } from "../compare/comparison.ts";
import type { Spread } from "../method/spread.ts";
import type { Scenario } from "../scenario.ts";
import { formatNumber, formatRatio } from "./format-number.ts";

/** A figure that changed between two runs, in words. */
export interface ChangeText {
  readonly who: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** The newer median divided by the older; empty where that was 0. */
  readonly factor: string;
}

export function changeText(scenarios: readonly Scenario[], change: Change): ChangeText {
  const { strategy, scenario, variant, metric, dividedBy, before, after } = change;
  const known = scenarios
    .find(({ id }) => id === scenario)
    ?.metrics.find(({ id }) => id === metric);
  const write = (value: number): string =>
    dividedBy === undefined ? formatNumber(value, known?.kind ?? "count") : formatRatio(value);
  const spread = ({ median, min, max }: Spread): string =>
    `${write(median)} (${write(min)}–${write(max)})`;
  return {
    who: dividedBy === undefined ? strategy : `${strategy} ÷ ${dividedBy}`,
    what: `${scenario} · ${variant} · ${metric}`,
    before: spread(before),
    after: spread(after),
    factor: before.median === 0 ? "" : formatRatio(after.median / before.median),
  };
}
