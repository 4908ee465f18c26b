import type { Result } from "../../method/outcome.ts";
import { formatRatio } from "../../report/format-number.ts";
import type { Report } from "../../report/report.ts";
import { familyOf, strategyOf } from "../family.ts";
import { medianText } from "../figure-text.ts";
import { html, type Markup } from "../markup.ts";
import { scrolled } from "../scrolled.ts";

/** A column of the table: one metric of one scenario, in the first variant that a strategy has. */
interface Column {
  readonly group: string;
  readonly title: string;
  readonly scenario: string;
  readonly metric: string;
  /** Written instead of a median where a strategy has no such figure, though it was asked. */
  readonly none?: string;
}

const COLUMNS: readonly Column[] = [
  { group: "Survives", title: "holder killed: free after", scenario: "crash", metric: "grantMs" },
  {
    group: "Survives",
    title: "holder stopped: writes lost",
    scenario: "pause",
    metric: "lostWrites",
  },
  { group: "Survives", title: "… with fencing", scenario: "pause", metric: "lostWritesFenced" },
  {
    group: "Survives",
    title: "minority dead: acquired %",
    scenario: "member-down",
    metric: "succeededPercent",
  },
  {
    group: "Survives",
    title: "minority hung: acquired %",
    scenario: "member-hung",
    metric: "succeededPercent",
  },
  {
    group: "Tells loss",
    title: "going on → told",
    scenario: "pause",
    metric: "toldMs",
    none: "never",
  },
  { group: "Costs", title: "p50", scenario: "uncontended", metric: "p50Us" },
  {
    group: "Costs",
    title: "commands a cycle",
    scenario: "uncontended",
    metric: "commandsPerCycle",
  },
  { group: "Costs", title: "release → grant", scenario: "handoff", metric: "handoffP50Ms" },
  { group: "Shares", title: "switches/s", scenario: "contended", metric: "switchesPerSecond" },
  { group: "Shares", title: "starved", scenario: "contended", metric: "starved" },
];

/** Every strategy in a line: what it survives, how fast it tells of a loss, what it costs. */
export function strategySection(report: Report): Markup | undefined {
  const ids = [...new Set(report.results.map(({ strategy }) => strategy))];
  const columns = COLUMNS.filter(({ scenario, metric }) =>
    report.results.some(
      (result) => result.scenario === scenario && result.metrics[metric] !== undefined,
    ),
  );
  if (columns.length === 0) return undefined;
  const groups = [...new Set(columns.map(({ group }) => group))];
  return html`<section aria-labelledby="strategies"><h2 id="strategies">Every strategy in a line</h2>
<p>Medians. “÷ raw” divides the p50 by that of the raw driver, or of the package named, in the same rounds. “no” is what a strategy is not made for, “–” what was not measured.</p>
${scrolled(
  "Strategies in lines",
  html`<table><thead><tr><td></td>${groups.map(
    (group) => html`<th scope="colgroup" colspan="${spanOf(group, columns)}">${group}</th>`,
  )}</tr><tr><th scope="col">Strategy</th>${columns.map(
    ({ title, metric }) =>
      html`<th scope="col">${title}</th>${metric === "p50Us" ? html`<th scope="col">÷ raw</th>` : undefined}`,
  )}</tr></thead><tbody>${ids.map((id) => strategyRow(id, columns, report))}</tbody></table>`,
)}</section>`;
}

function spanOf(group: string, columns: readonly Column[]): number {
  const own = columns.filter((column) => column.group === group);
  return own.length + own.filter(({ metric }) => metric === "p50Us").length;
}

function strategyRow(id: string, columns: readonly Column[], report: Report): Markup {
  const cells = columns.flatMap((column) => {
    const cell = html`<td>${cellOf(id, column, report)}</td>`;
    const result = resultAt(id, column, report);
    return column.metric === "p50Us" ? [cell, html`<td>${ratioText(result)}</td>`] : [cell];
  });
  return html`<tr class="${familyOf(id)}"><th scope="row"${titleOf(id)}>${id}</th>${cells}</tr>`;
}

function titleOf(id: string): Markup | undefined {
  const about = strategyOf(id)?.about;
  return about === undefined ? undefined : html` title="${about}"`;
}

function cellOf(id: string, column: Column, report: Report): string {
  const result = resultAt(id, column, report);
  const spread = result?.metrics[column.metric];
  if (spread !== undefined) return medianText(column.scenario, column.metric, spread);
  const isUnable = report.cannot.some(
    ({ strategy, scenario, metrics }) =>
      strategy === id &&
      scenario === column.scenario &&
      (metrics === undefined || metrics.includes(column.metric)),
  );
  if (isUnable) return "no";
  return (result && column.none) ?? "–";
}

function resultAt(id: string, { scenario }: Column, { results }: Report): Result | undefined {
  return results.find((result) => result.strategy === id && result.scenario === scenario);
}

/** The first that it is divided by: the raw driver of a server, a package for a lock in the process. */
function ratioText(result: Result | undefined): string {
  const [other] = Object.entries(result?.ratios ?? {});
  const spread = other?.[1]["p50Us"];
  if (other === undefined || spread === undefined) return "";
  const text = formatRatio(spread.median);
  return familyOf(other[0]) === "raw" ? text : `${text} (${other[0]})`;
}
