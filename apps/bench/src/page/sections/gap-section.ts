import type { Report } from "../../report/report.ts";
import { html, type Markup } from "../markup.ts";

/** What was asked for and has no figures, with the reason and what to do about it. */
export function gapSection({ notMeasured }: Report): Markup | undefined {
  if (notMeasured.length === 0) return undefined;
  const reasons = [...new Set(notMeasured.map(({ why }) => why))];
  return html`<section aria-labelledby="gaps"><h2 id="gaps">Not measured</h2>
<ul>${reasons.map((why) => {
    const same = notMeasured.filter((gap) => gap.why === why);
    const strategies = [...new Set(same.map(({ strategy }) => strategy))].join(", ");
    const scenarios = [...new Set(same.map(({ scenario }) => scenario))].join(", ");
    return html`<li><b>${strategies}</b> (${scenarios}): <span class="reason">${why}</span></li>`;
  })}</ul></section>`;
}
