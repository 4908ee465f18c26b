import { scaleLinear } from "d3-scale";
import type { Result } from "../method/outcome.ts";
import type { Spread } from "../method/spread.ts";
import { isSpread } from "../page/charts/is-spread.ts";
import { type Family, familyOf } from "../page/family.ts";
import { groundOf } from "../page/ground.ts";
import { bar } from "../page/marks.ts";
import { html, Markup } from "../page/markup.ts";
import { type ChartRow, rowChart, type Scale } from "../page/row-chart.ts";
import { WIDE_LAYOUT } from "../page/row-layout.ts";
import { formatNumber } from "../report/format-number.ts";
import type { Report } from "../report/report.ts";

interface Entry {
  readonly strategy: string;
  readonly spread: Spread;
  readonly starved: number;
  /** Ways to use one library on the same servers have it in common. */
  readonly kin: string;
  readonly ground: string;
  readonly family: Family;
}

/** For a picture outside of a page: it brings its colours, and a ground to stand on. */
const STYLE = `
.chart { --paper: #fff; --ink: #1b1f24; --quiet: #57606a; --line: #d5dae0; --own: #0b57d0; --peer: #b35900; font: 11px system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
@media (prefers-color-scheme: dark) { .chart { --paper: #14171c; --ink: #e6e9ee; --quiet: #a3acb8; --line: #39424e; --own: #7fb0ff; --peer: #f0a35e; } }
.paper { fill: var(--paper); } .grid { stroke: var(--line); } .tick, .value { fill: var(--quiet); } .label { fill: var(--ink); }
.own .bar { fill: var(--own); } .peer .bar { fill: var(--peer); } .own .label { font-weight: 700; } .range { stroke: var(--ink); stroke-width: 1.5; }
`;

/** True switches a second of each lock: of every other library its best way on the same servers. */
export function crowdChart({ results }: Report): string {
  const entries = results
    .filter(({ scenario }) => scenario === "contended")
    .map(entryOf)
    .filter(isSpread)
    .filter(({ strategy }) => familyOf(strategy) !== "raw");
  const grounds = [...new Set(entries.map(({ ground }) => ground))].toSorted();
  const shown = grounds.flatMap((ground) =>
    bestOfKin(entries.filter((entry) => entry.ground === ground)),
  );
  const rows = shown.map(({ strategy, family, spread, starved }): ChartRow => {
    const words = starved > 0 ? ` · ${formatNumber(starved, "count")} of 64 starved` : "";
    return {
      label: strategy,
      family,
      value: `${formatNumber(spread.median, "per-second")}/s${words}`,
      draw: (scale: Scale) => bar(scale, spread),
    };
  });
  const scale = scaleLinear()
    .domain([0, Math.max(...shown.map(({ spread }) => spread.max))])
    .nice();
  const name = `How often a second one lock changes hands that 4 processes of 16 contenders want. ${rows.map(({ label, value }) => `${label} ${value}`).join(", ")}.`;
  const svg = rowChart({ name, rows, scale, tick: String, layout: WIDE_LAYOUT });
  const dressed = html`<style>${new Markup(STYLE)}</style><rect class="paper" width="100%" height="100%"/>`;
  const opening = /^<svg [^>]*>/.exec(svg)?.[0] ?? "";
  return `${opening}${dressed}${svg.slice(opening.length)}\n`;
}

function entryOf({
  strategy,
  metrics,
}: Result): Omit<Entry, "spread"> & { readonly spread: Spread | undefined } {
  return {
    strategy,
    spread: metrics["switchesPerSecond"],
    starved: metrics["starved"]?.median ?? 0,
    kin: strategy.replace(/(?:-x\d+)?(?:-tuned)?$/, ""),
    ground: groundOf(strategy)?.id ?? "",
    family: familyOf(strategy),
  };
}

/** Every way of Holdfast, and the best one of each other library; the fastest first. */
function bestOfKin(entries: readonly Entry[]): readonly Entry[] {
  const ranked = entries.toSorted((a, b) => b.spread.median - a.spread.median);
  return ranked.filter(
    ({ family, kin }, index) =>
      family === "own" || ranked.findIndex((entry) => entry.kin === kin) === index,
  );
}
