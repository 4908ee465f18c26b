import type { Control, Place, Result } from "../../method/outcome.ts";
import type { Spread } from "../../method/spread.ts";
import { flatTitle } from "../../report/flat-title.ts";
import { formatNumber, formatRatio } from "../../report/format-number.ts";
import type { Report } from "../../report/report.ts";
import type { Metric, Scenario } from "../../scenario.ts";
import { scenarios } from "../../scenarios.ts";
import { familyOf } from "../family.ts";
import { html, type Markup } from "../markup.ts";
import { scrolled } from "../scrolled.ts";

/** Every figure with its range, one table for each scenario and variant, folded in. */
export function tableSection(report: Report): Markup | undefined {
  if (report.results.length === 0) return undefined;
  const tables = scenarios.flatMap((scenario) => {
    const here = report.results.filter((result) => result.scenario === scenario.id);
    return [...new Set(here.map(({ variant }) => variant))].map((variant) =>
      variantTables(scenario, variant, report),
    );
  });
  return html`<section aria-labelledby="tables"><h2 id="tables">Tables</h2>
<p>Medians over the rounds, the smallest and the largest round behind them. Absolute times compare within a table; ratios and counts between machines, with care.</p>
${tables}</section>`;
}

function variantTables(scenario: Scenario, variant: string, report: Report): Markup {
  const isHere = (place: Place): boolean =>
    place.scenario === scenario.id && place.variant === variant;
  const results = report.results.filter(isHere);
  const name = `${scenario.id}, ${variant}`;
  const metrics = scenario.metrics.filter(({ id }) =>
    results.some((result) => result.metrics[id] !== undefined),
  );
  return html`<details><summary>${name} <small>${results.length} strategies</small></summary>
<p>${scenario.about}. Again: <code>${commandOf(scenario, results)}</code></p>
${scrolled(
  name,
  html`<table><thead><tr><th scope="col">Strategy</th>${metrics.map(
    ({ title }) => html`<th scope="col">${flatTitle(title)}</th>`,
  )}</tr></thead><tbody>${results.map(
    (result) =>
      html`<tr class="${familyOf(result.strategy)}"><th scope="row">${result.strategy}</th>${metrics.map(
        (metric) => html`<td>${cell(metric, result, report)}</td>`,
      )}</tr>`,
  )}</tbody></table>`,
)}${ratioTable(name, scenario, results)}${report.noise.filter(isHere).map((control) => noiseLine(scenario, control))}</details>`;
}

/** The question alone, of everybody. */
function commandOf({ id }: Scenario, results: readonly Result[]): string {
  const peers = results.some(({ strategy }) => familyOf(strategy) === "peer") ? " --peers" : "";
  return `npm run bench -- --scenarios ${id}${peers}`;
}

function cell({ id, kind, openIn }: Metric, result: Result, report: Report): Markup | string {
  const spread = result.metrics[id];
  if (spread === undefined) {
    const isUnable = report.cannot.some(
      ({ strategy, scenario, variant, metrics }) =>
        strategy === result.strategy &&
        scenario === result.scenario &&
        variant === result.variant &&
        metrics?.includes(id) === true,
    );
    return isUnable ? "no" : "–";
  }
  const isOpen = openIn !== undefined && (result.metrics[openIn]?.max ?? 0) > 0;
  const write = (value: number): string => formatNumber(value, kind);
  return html`${isOpen ? "≥ " : ""}${write(spread.median)}${rangeOf(spread, write)}`;
}

/** What every round agrees on needs no range. */
function rangeOf({ min, max }: Spread, write: (value: number) => string): Markup | undefined {
  return min === max ? undefined : html` <small>${write(min)} to ${write(max)}</small>`;
}

function ratioTable(
  name: string,
  { metrics }: Scenario,
  results: readonly Result[],
): Markup | undefined {
  const lines = results.flatMap(({ strategy, ratios }) =>
    Object.entries(ratios).map(([other, spreads]) => ({ strategy, other, spreads })),
  );
  const compared = metrics.filter(({ id }) =>
    lines.some(({ spreads }) => spreads[id] !== undefined),
  );
  if (compared.length === 0) return undefined;
  return scrolled(
    `${name}, ratios`,
    html`<table><thead><tr><th scope="col">Ratio</th>${compared.map(
      ({ title }) => html`<th scope="col">${flatTitle(title)}</th>`,
    )}</tr></thead><tbody>${lines.map(
      ({ strategy, other, spreads }) =>
        html`<tr class="${familyOf(strategy)}"><th scope="row">${strategy} ÷ ${other}</th>${compared.map(
          ({ id }) => html`<td>${ratioCell(spreads[id])}</td>`,
        )}</tr>`,
    )}</tbody></table>`,
  );
}

function ratioCell(spread: Spread | undefined): Markup | string {
  if (spread === undefined) return "–";
  return html`${formatRatio(spread.median)}${rangeOf(spread, formatRatio)}`;
}

function noiseLine({ metrics }: Scenario, { strategy, ratios, tooNoisy }: Control): Markup {
  const figures = metrics.flatMap(({ id, title }) => {
    const spread = ratios[id];
    if (spread === undefined) return [];
    const range = `${formatRatio(spread.min)} to ${formatRatio(spread.max)}`;
    return [`${flatTitle(title)} ${formatRatio(spread.median)} (${range})`];
  });
  const noisy = metrics
    .filter(({ id }) => tooNoisy.includes(id))
    .map(({ title }) => flatTitle(title));
  return html`<p class="note">Noise, ${strategy} divided by itself: ${figures.join(", ")}.${
    noisy.length === 0
      ? undefined
      : html` <strong>Too noisy to conclude anything from: ${noisy.join(", ")}.</strong>`
  }</p>`;
}
