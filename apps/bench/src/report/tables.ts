import colors from "picocolors";
import type { Control, Inability, Place, Result } from "../method/outcome.ts";
import type { Metric, Scenario, Variant } from "../scenario.ts";
import { drawnTable } from "./drawn-table.ts";
import { flatTitle } from "./flat-title.ts";
import { formatNumber, formatRatio } from "./format-number.ts";
import type { Report } from "./report.ts";
import { sparkline } from "./sparkline.ts";

type Found = Pick<Report, "results" | "noise" | "cannot">;

/** How the tables look. */
export interface TableStyle {
  /** Whether each row ends in a sparkline of its rounds, where there are enough of them to see. */
  readonly sparklines: boolean;
}

const SPARKLINE_ROUNDS_MIN = 3;

/** Every result as tables, one per scenario and variant, followed by its ratios and its noise. */
export function resultTables(
  scenarios: readonly Scenario[],
  found: Found,
  style: TableStyle,
): string {
  const parts = scenarios.flatMap((scenario) =>
    scenario.variants.flatMap((variant) => {
      const isHere = (place: Place): boolean =>
        place.scenario === scenario.id && place.variant === variant.title;
      const here = {
        results: found.results.filter(isHere),
        noise: found.noise.filter(isHere),
        cannot: found.cannot.filter(isHere),
      };
      return variantParts(scenario, variant, { ...here, style });
    }),
  );
  return parts.join("\n\n");
}

type Here = Found & { readonly style: TableStyle };

function variantParts(scenario: Scenario, variant: Variant, here: Here): readonly string[] {
  const title = colors.bold(`${scenario.id} · ${variant.title}`);
  const strangers = here.cannot.filter(({ metrics }) => metrics === undefined);
  if (here.results.length === 0) {
    const names = strangers.map(({ strategy }) => strategy).join(", ");
    return names === "" ? [] : [`${title}\nno: ${names}`];
  }
  return [
    [
      title,
      metricTable(scenario.metrics, here),
      ...ratioTable(scenario, here.results),
      ...here.noise.map((control) => noiseLine(scenario.metrics, control)),
    ].join("\n"),
  ];
}

/** Medians over the rounds. Metrics that no row has are left out. */
function metricTable(metrics: readonly Metric[], { results, cannot, style }: Here): string {
  const shown = metrics.filter(
    ({ id }) =>
      results.some((row) => row.metrics[id] !== undefined) ||
      cannot.some((row) => row.metrics?.includes(id)),
  );
  const first = style.sparklines ? shown.find((metric) => isSparkling(metric, results)) : undefined;
  const measured = results.map((row) => [
    row.strategy,
    ...shown.map((metric) => metricCell(metric, row, cannot)),
    ...(first === undefined ? [] : [sparkline(row.values[first.id] ?? [])]),
  ]);
  const strangers = cannot
    .filter((row) => row.metrics === undefined)
    .map(({ strategy }) => [strategy, ...shown.map(() => "no")]);
  const head = [
    "strategy",
    ...shown.map(({ title }) => title),
    ...(first === undefined ? [] : [`${flatTitle(first.title)}\nby round`]),
  ];
  return drawnTable(head, [
    ...measured,
    ...strangers.map((row) => (first === undefined ? row : [...row, ""])),
  ]);
}

function isSparkling({ id }: Metric, results: readonly Result[]): boolean {
  return results.some(({ values }) => (values[id]?.length ?? 0) >= SPARKLINE_ROUNDS_MIN);
}

function metricCell(
  { id, kind, openIn }: Metric,
  { strategy, metrics }: Result,
  cannot: readonly Inability[],
): string {
  const spread = metrics[id];
  if (spread !== undefined) {
    const isOpen = openIn !== undefined && (metrics[openIn]?.max ?? 0) > 0;
    return `${isOpen ? "≥ " : ""}${formatNumber(spread.median, kind)}`;
  }
  const isUnable = cannot.some((row) => row.strategy === strategy && row.metrics?.includes(id));
  return isUnable ? "no" : "–";
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
    drawnTable(["ratio, median (range)", ...compared.map(({ title }) => flatTitle(title))], lines),
  ];
}

/** What the machine makes of no difference at all. */
function noiseLine(metrics: readonly Metric[], { strategy, ratios, tooNoisy }: Control): string {
  const figures = metrics.flatMap(({ id, title }) => {
    const spread = ratios[id];
    if (spread === undefined) return [];
    const range = `${formatRatio(spread.min)}–${formatRatio(spread.max)}`;
    return [`${flatTitle(title)} ${formatRatio(spread.median)} (${range})`];
  });
  const line = `noise: ${strategy} ÷ itself: ${figures.join(" · ")}`;
  if (tooNoisy.length === 0) return colors.dim(line);
  const titles = metrics
    .filter(({ id }) => tooNoisy.includes(id))
    .map(({ title }) => flatTitle(title));
  return `${line}\n${colors.yellow(`too noisy to conclude anything from: ${titles.join(", ")}`)}`;
}
