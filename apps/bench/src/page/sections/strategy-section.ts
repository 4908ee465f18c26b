import type { Report } from "../../report/report.ts";
import { familyOf, strategyOf } from "../family.ts";
import { html, type Markup } from "../markup.ts";
import { scrolled } from "../scrolled.ts";
import { strategyColumns, strategyLine } from "../strategy-lines.ts";

/** Every strategy in a line: what it survives, how fast it tells of a loss, what it costs. */
export function strategySection(report: Report): Markup | undefined {
  const ids = [...new Set(report.results.map(({ strategy }) => strategy))];
  const columns = strategyColumns(report);
  if (columns.length === 0) return undefined;
  const groups = [...new Set(columns.map(({ group }) => group))];
  return html`<section aria-labelledby="strategies"><h2 id="strategies">Every strategy in a line</h2>
<p>Medians. “÷ raw” divides the p50 by that of the raw driver, or of the package named, in the same rounds. “no” is what a strategy is not made for, “–” what was not measured.</p>
${scrolled(
  "Strategies in lines",
  html`<table><thead><tr><td></td>${groups.map(
    (group) =>
      html`<th scope="colgroup" colspan="${columns.filter((column) => column.group === group).length}">${group}</th>`,
  )}</tr><tr><th scope="col">Strategy</th>${columns.map(
    ({ title }) => html`<th scope="col">${title}</th>`,
  )}</tr></thead><tbody>${ids.map(
    (id) =>
      html`<tr class="${familyOf(id)}"><th scope="row"${titleOf(id)}>${id}</th>${strategyLine(
        id,
        columns,
        report,
      ).map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table>`,
)}</section>`;
}

function titleOf(id: string): Markup | undefined {
  const about = strategyOf(id)?.about;
  return about === undefined ? undefined : html` title="${about}"`;
}
