import Table from "cli-table3";
import colors from "picocolors";
import type { Result } from "../method/outcome.ts";
import type { Metric, Scenario } from "../scenario.ts";
import { formatNumber, formatRatio } from "./format-number.ts";

/** Every result as tables, one per scenario and variant, followed by its ratios. */
export function resultTables(scenarios: readonly Scenario[], results: readonly Result[]): string {
  const parts = scenarios.flatMap((scenario) =>
    scenario.variants.flatMap((variant) => {
      const rows = results.filter(
        (row) => row.scenario === scenario.id && row.variant === variant.title,
      );
      if (rows.length === 0) return [];
      const title = colors.bold(`${scenario.id} · ${variant.title}`);
      return [
        [title, metricTable(scenario.metrics, rows), ...ratioTable(scenario, rows)].join("\n"),
      ];
    }),
  );
  return parts.join("\n\n");
}

/** Medians over the rounds. Metrics that no row has are left out. */
function metricTable(metrics: readonly Metric[], rows: readonly Result[]): string {
  const shown = metrics.filter(({ id }) => rows.some((row) => row.metrics[id] !== undefined));
  return table(
    ["strategy", ...shown.map(({ title }) => title)],
    rows.map((row) => [
      row.strategy,
      ...shown.map(({ id, kind }) => {
        const spread = row.metrics[id];
        return spread === undefined ? "–" : formatNumber(spread.median, kind);
      }),
    ]),
  );
}

/** Median of the per-round ratios, with the smallest and largest: wide apart means noise. */
function ratioTable(scenario: Scenario, rows: readonly Result[]): readonly string[] {
  const compared = scenario.metrics.filter(
    ({ id, compared }) =>
      compared && rows.some((row) => Object.values(row.ratios).some((by) => by[id] !== undefined)),
  );
  const lines = rows.flatMap((row) =>
    Object.entries(row.ratios).map(([other, spreads]) => [
      `${row.strategy} ÷ ${other}`,
      ...compared.map(({ id }) => {
        const spread = spreads[id];
        if (spread === undefined) return "–";
        const range = `${formatRatio(spread.min)}–${formatRatio(spread.max)}`;
        return `${formatRatio(spread.median)} ${colors.dim(`(${range})`)}`;
      }),
    ]),
  );
  if (compared.length === 0 || lines.length === 0) return [];
  return [
    table(
      ["ratio, median (range)", ...compared.map(({ title }) => title.replace("\n", " "))],
      lines,
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [, ...columns] = head;
  const drawn = new Table({
    head: head.map((title) => colors.cyan(title)),
    colAligns: ["left", ...columns.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
