import colors from "picocolors";
import type { Change, Comparison } from "../compare/comparison.ts";
import type { Spread } from "../method/spread.ts";
import type { Scenario } from "../scenario.ts";
import { drawnTable } from "./drawn-table.ts";
import { formatNumber, formatRatio } from "./format-number.ts";

/** What changed between two runs, and how else they differ. */
export function comparisonText(scenarios: readonly Scenario[], comparison: Comparison): string {
  const { changes, comparedCount, differences } = comparison;
  const rows = changes.map((change) => cells(scenarios, change));
  return [
    colors.bold("compared with the older run"),
    ...(rows.length === 0
      ? []
      : [drawnTable(["strategy", "what", "before", "after", "×"], rows, [0, 1])]),
    comparedCount === 0
      ? colors.yellow(
          "Nothing could be compared: no ratio or count is in both under the same params.",
        )
      : `${changes.length} of ${comparedCount} ratios and counts changed beyond the noise.`,
    ...differences.map((difference) => colors.yellow(`Differs: ${difference}`)),
  ].join("\n");
}

function cells(scenarios: readonly Scenario[], change: Change): readonly string[] {
  const { strategy, scenario, variant, metric, dividedBy, before, after } = change;
  const known = scenarios
    .find(({ id }) => id === scenario)
    ?.metrics.find(({ id }) => id === metric);
  const write = (value: number): string =>
    dividedBy === undefined ? formatNumber(value, known?.kind ?? "count") : formatRatio(value);
  const spread = ({ median, min, max }: Spread): string =>
    `${write(median)} (${write(min)}–${write(max)})`;
  return [
    dividedBy === undefined ? strategy : `${strategy} ÷ ${dividedBy}`,
    `${scenario} · ${variant} · ${metric}`,
    spread(before),
    spread(after),
    before.median === 0 ? "" : formatRatio(after.median / before.median),
  ];
}
