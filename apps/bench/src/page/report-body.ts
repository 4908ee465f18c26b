import type { Report } from "../report/report.ts";
import { html } from "./markup.ts";
import { chartSection } from "./sections/chart-section.ts";
import { choiceSection } from "./sections/choice-section.ts";
import { comparisonSection } from "./sections/comparison-section.ts";
import { gapSection } from "./sections/gap-section.ts";
import { runSection } from "./sections/run-section.ts";
import { strategySection } from "./sections/strategy-section.ts";
import { tableSection } from "./sections/table-section.ts";
import { targetSection } from "./sections/target-section.ts";

/** All that a page says about a run, without the page: its headings begin at the second level. */
export function reportBody(report: Report): string {
  const warnings = warningsOf(report);
  const body = html`<div class="report">
${warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
${choiceSection(report)}
${strategySection(report)}
${chartSection(report)}
${targetSection(report)}
${comparisonSection(report)}
${tableSection(report)}
${gapSection(report)}
${runSection(report)}
</div>`;
  return body.toString();
}

function warningsOf({ notForGating, watched, complete, results }: Report): readonly string[] {
  return [
    ...(results.length === 0 ? ["Nothing was measured."] : []),
    ...(notForGating
      ? ["A quick run: too short to conclude anything from. Repeat it without --quick."]
      : []),
    ...(watched ? ["Its locks were watched, which costs: that is in every figure."] : []),
    ...(complete ? [] : ["The run did not end: only finished rounds are shown."]),
  ];
}
