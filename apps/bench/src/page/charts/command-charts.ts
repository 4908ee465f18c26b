import type { Result } from "../../method/outcome.ts";
import type { Spread } from "../../method/spread.ts";
import { formatNumber } from "../../report/format-number.ts";
import type { Chart } from "../chart.ts";
import { familyOf } from "../family.ts";
import { logScale } from "../log-scale.ts";
import { point } from "../marks.ts";
import { rowChart, type Scale } from "../row-chart.ts";
import { isSpread } from "./is-spread.ts";

/** Where commands are counted, and for what. */
const COUNTS = [
  {
    scenario: "contended",
    metric: "commandsPerAcquisition",
    title: "Commands for each acquisition, contended",
  },
  {
    scenario: "local",
    metric: "commandsPerAcquisition",
    title: "Commands for each acquisition, in one process",
  },
  { scenario: "handoff", metric: "commandsPerHandoff", title: "Commands for each hand-off" },
] as const;

/** How much a lock asks of its servers: a point for each strategy, as the servers counted. */
export function commandCharts(results: readonly Result[]): readonly Chart[] {
  return COUNTS.flatMap((count) => {
    const here = results.filter(({ scenario }) => scenario === count.scenario);
    return [...new Set(here.map(({ variant }) => variant))].flatMap((variant) =>
      commandChart(
        { ...count, variant },
        here.filter((result) => result.variant === variant),
      ),
    );
  });
}

function commandChart(
  {
    scenario,
    metric,
    title,
    variant,
  }: Readonly<Record<"scenario" | "metric" | "title" | "variant", string>>,
  results: readonly Result[],
): readonly Chart[] {
  const measured = results
    .map(({ strategy, metrics }) => ({ strategy, spread: metrics[metric] }))
    .filter(isSpread)
    .map(({ strategy, spread }) => ({ strategy, spread: aboveZero(spread), shown: spread.median }));
  if (measured.length === 0) return [];
  const about = `${variant}. Summed over all servers of a strategy. Further left is better. The axis is logarithmic.`;
  const rows = measured.map(({ strategy, spread, shown }) => ({
    label: strategy,
    family: familyOf(strategy),
    value: formatNumber(shown, "count"),
    draw: (scale: Scale) => point(scale, spread),
  }));
  const ends = measured.flatMap(({ spread }) => [spread.min, spread.max]);
  const svg = rowChart({ name: `${title}. ${about}`, rows, ...logScale(ends), tick: String });
  const id = `commands-${scenario}-${variant.replaceAll(/\W+/g, "-")}`;
  return [{ id, title, about, svg }];
}

/** A logarithm has no zero; a thousandth of a command is as good as none. */
function aboveZero({ median, min, max, rounds }: Spread): Spread {
  const least = (value: number): number => Math.max(0.001, value);
  return { median: least(median), min: least(min), max: least(max), rounds };
}
