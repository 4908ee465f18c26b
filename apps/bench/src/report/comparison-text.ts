import colors from "picocolors";
import type { Comparison } from "../compare/comparison.ts";
import type { Scenario } from "../scenario.ts";
import { changeText } from "./change-text.ts";
import { drawnTable } from "./drawn-table.ts";

/** What changed between two runs, and how else they differ. */
export function comparisonText(scenarios: readonly Scenario[], comparison: Comparison): string {
  const { changes, comparedCount, differences } = comparison;
  const rows = changes.map((change) => {
    const { who, what, before, after, factor } = changeText(scenarios, change);
    return [who, what, before, after, factor];
  });
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
