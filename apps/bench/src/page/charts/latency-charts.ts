import type { Result } from "../../method/outcome.ts";
import { formatNumber } from "../../report/format-number.ts";
import type { Chart } from "../chart.ts";
import { familyOf } from "../family.ts";
import { logScale } from "../log-scale.ts";
import { strip, stroke } from "../marks.ts";
import { html, type Markup } from "../markup.ts";
import { type ChartRow, rowChart, type Scale } from "../row-chart.ts";

/** Between which percents a strip lies, and how thick it is drawn. */
const STRIPS = [
  { from: 1, to: 99, height: 2 },
  { from: 10, to: 90, height: 7 },
  { from: 25, to: 75, height: 13 },
] as const;

/** Percent to the latency that so many of the cycles took at most. */
type Latency = ReadonlyMap<number, number>;

/** How long a cycle takes: a chart for each variant of `uncontended` that was measured. */
export function latencyCharts(results: readonly Result[]): readonly Chart[] {
  const measured = results.filter(({ scenario }) => scenario === "uncontended");
  return [...new Set(measured.map(({ variant }) => variant))].map((variant) =>
    latencyChart(
      variant,
      measured.filter((result) => result.variant === variant),
    ),
  );
}

function latencyChart(variant: string, results: readonly Result[]): Chart {
  const rows = results.map(rowOf);
  const values = results.flatMap((result) => [...latencyOf(result).values()]);
  const title = `Latency, ${variant}`;
  const marks = results.some(({ details }) => details?.latency)
    ? "The thick strip holds the middle half of the cycles, the thinner one 80 %, the line 98 %; the mark is the median."
    : "The mark is the median, and the line ends at the p99.";
  const about = `Acquire and release of a free lock. ${marks} Further left is better. The axis is logarithmic.`;
  const svg = rowChart({ name: `${title}. ${about}`, rows, ...logScale(values), tick: writeTick });
  return { id: `latency-${variant.replaceAll(/\W+/g, "-")}`, title, about, svg };
}

function rowOf(result: Result): ChartRow {
  const latency = latencyOf(result);
  return {
    label: result.strategy,
    family: familyOf(result.strategy),
    value: `${writeUs(latency.get(50) ?? 0)} · p99 ${writeUs(latency.get(99) ?? 0)}`,
    draw: (scale) => drawn(scale, latency),
  };
}

function drawn(scale: Scale, latency: Latency): Markup {
  const strips = STRIPS.flatMap(({ from, to, height }) => {
    const ends = [latency.get(from), latency.get(to)] as const;
    const [low, high] = ends;
    return low === undefined || high === undefined ? [] : [strip(scale, [low, high], height)];
  });
  const median = latency.get(50) ?? 0;
  const p99 = latency.get(99) ?? median;
  // An older result has two points only.
  return html`${strips.length > 0 ? strips : strip(scale, [median, p99], 2)}${stroke(scale, median)}`;
}

/** Nothing is below a tenth of a microsecond: there the histogram ends, and a logarithm would. */
function latencyOf({ details, metrics }: Result): Latency {
  const { percents, us } = details?.latency ?? {
    percents: [50, 99],
    us: [metrics["p50Us"]?.median ?? 0, metrics["p99Us"]?.median ?? 0],
  };
  const shown = percents.map((percent, index) => [percent, Math.max(0.1, us[index] ?? 0)] as const);
  return new Map(shown.filter(([percent]) => percent <= 99));
}

function writeTick(us: number): string {
  if (us >= 1e6) return `${us / 1e6} s`;
  return us >= 1000 ? `${us / 1000} ms` : `${us} µs`;
}

function writeUs(us: number): string {
  return us >= 1000 ? formatNumber(us / 1000, "ms") : formatNumber(us, "us");
}
