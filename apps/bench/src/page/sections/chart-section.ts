import type { Report } from "../../report/report.ts";
import { chartsOf } from "../charts.ts";
import { html, Markup } from "../markup.ts";

/** Every chart that the run has figures for. */
export function chartSection(report: Report): Markup | undefined {
  const charts = chartsOf(report);
  if (charts.length === 0) return undefined;
  return html`<section aria-labelledby="charts"><h2 id="charts">Charts</h2>
<p class="legend"><span class="own">Holdfast</span> <span class="peer">other libraries</span> <span class="raw">raw drivers</span></p>
<div class="charts">${charts.map(
    ({ id, title, about, svg }) =>
      html`<figure id="${id}"><figcaption><h3>${title}</h3><p>${about}</p></figcaption>${new Markup(svg)}</figure>`,
  )}</div></section>`;
}
