import { scaleLinear } from "d3-scale";
import type { Result } from "../../method/outcome.ts";
import { formatNumber } from "../../report/format-number.ts";
import type { Chart } from "../chart.ts";
import { familyOf } from "../family.ts";
import { bar } from "../marks.ts";
import { rowChart, type Scale } from "../row-chart.ts";
import { isSpread } from "./is-spread.ts";

/** How often a lock that everybody wants really changes hands. */
export function switchCharts(results: readonly Result[]): readonly Chart[] {
  const measured = results
    .filter(({ scenario }) => scenario === "contended")
    .map(({ strategy, metrics }) => ({
      strategy,
      spread: metrics["switchesPerSecond"],
      starved: metrics["starved"]?.median ?? 0,
    }))
    .filter(isSpread);
  if (measured.length === 0) return [];
  const title = "True switches a second";
  const about =
    "Turns that went to another contender than the turn before, where all want one lock. Further right is better. A raw driver stands for one caller alone, which is the limit. Starved are contenders that had no turn at all.";
  const rows = measured.map(({ strategy, spread, starved }) => ({
    label: strategy,
    family: familyOf(strategy),
    value: `${formatNumber(spread.median, "per-second")}${starved > 0 ? ` · ${starved} starved` : ""}`,
    draw: (scale: Scale) => bar(scale, spread),
  }));
  const scale = scaleLinear()
    .domain([0, Math.max(1, ...measured.map(({ spread }) => spread.max))])
    .nice();
  const tick = (value: number): string => value.toLocaleString("en-US");
  const svg = rowChart({ name: `${title}. ${about}`, rows, scale, tick });
  return [{ id: "switches", title, about, svg }];
}
