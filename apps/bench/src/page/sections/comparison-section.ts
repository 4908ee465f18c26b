import { changeText } from "../../report/change-text.ts";
import type { Report } from "../../report/report.ts";
import { scenarios } from "../../scenarios.ts";
import { html, type Markup } from "../markup.ts";
import { scrolled } from "../scrolled.ts";

/** What changed since the older run that this one was compared with. */
export function comparisonSection({ comparison }: Report): Markup | undefined {
  if (comparison === undefined) return undefined;
  const { changes, comparedCount, differences } = comparison;
  return html`<section aria-labelledby="compared"><h2 id="compared">Compared with the older run</h2>
<p>${
    comparedCount === 0
      ? "Nothing could be compared: no ratio or count is in both under the same params."
      : `${changes.length} of ${comparedCount} ratios and counts changed beyond the noise.`
  }</p>
${differences.length === 0 ? undefined : html`<ul>${differences.map((difference) => html`<li>Differs: ${difference}</li>`)}</ul>`}
${
  changes.length === 0
    ? undefined
    : scrolled(
        "What changed",
        html`<table><thead><tr>${["Strategy", "What", "Before", "After", "×"].map(
          (title) => html`<th scope="col">${title}</th>`,
        )}</tr></thead><tbody>${changes.map((change) => {
          const { who, what, before, after, factor } = changeText(scenarios, change);
          return html`<tr><th scope="row">${who}</th><td class="words">${what}</td><td>${before}</td><td>${after}</td><td>${factor}</td></tr>`;
        })}</tbody></table>`,
      )
}</section>`;
}
