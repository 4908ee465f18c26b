import { scaleLinear } from "d3-scale";
import { jainIndex } from "../../method/jain-index.ts";
import type { Result } from "../../method/outcome.ts";
import { formatNumber } from "../../report/format-number.ts";
import type { Chart } from "../chart.ts";
import { familyOf } from "../family.ts";
import { point } from "../marks.ts";
import { html, type Markup } from "../markup.ts";
import { at, rowChart, type Scale } from "../row-chart.ts";
import { ROW_MARK_HEIGHT } from "../row-layout.ts";
import { isSpread } from "./is-spread.ts";

/** A contender with more of its equal share is drawn as having so much. */
const SHARE_MAX = 2;
const GAP = 0.15;

/** How a lock is shared among those that want it: a column for each contender. */
export function fairnessCharts(results: readonly Result[]): readonly Chart[] {
  const crowds = results.filter(({ scenario }) => ["contended", "fairness"].includes(scenario));
  const places = [...new Set(crowds.map(({ scenario, variant }) => `${scenario}, ${variant}`))];
  return places.flatMap((place) => {
    const here = crowds.filter(({ scenario, variant }) => `${scenario}, ${variant}` === place);
    const chart = here.some(({ details }) => details?.turns) ? sharesChart : jainChart;
    return chart(place, here);
  });
}

function sharesChart(place: string, results: readonly Result[]): readonly Chart[] {
  const shared = results.flatMap(({ strategy, details }) =>
    details?.turns === undefined ? [] : [{ strategy, turns: details.turns }],
  );
  const title = `Fairness: ${place}`;
  const about =
    "A column for each contender, those of a process beside each other: its turns over all rounds. The line is an equal share; what is higher than the row has more than twice of it. Even columns are better.";
  const rows = shared.map(({ strategy, turns }) => ({
    label: strategy,
    family: familyOf(strategy),
    value: sharesText(turns),
    draw: (scale: Scale) => columns(scale, turns),
  }));
  const count = Math.max(...shared.map(({ turns }) => turns.length));
  const scale = scaleLinear().domain([0, count]);
  const svg = rowChart({ name: `${title}. ${about}`, rows, scale, tick: (value) => `${value}` });
  return [{ id: idOf(place), title, about, svg }];
}

function sharesText(turns: readonly number[]): string {
  const starved = turns.filter((count) => count === 0).length;
  if (starved === turns.length) return "nobody had a turn";
  return `Jain ${formatNumber(jainIndex(turns), "index")} · ${starved} starved`;
}

function columns(scale: Scale, turns: readonly number[]): Markup {
  const equal = turns.reduce((sum, count) => sum + count, 0) / turns.length;
  const y = ROW_MARK_HEIGHT - ROW_MARK_HEIGHT / SHARE_MAX;
  const drawn = turns.map((count, index) => {
    const share = equal === 0 ? 0 : Math.min(SHARE_MAX, count / equal);
    const height = Math.round((share / SHARE_MAX) * ROW_MARK_HEIGHT * 10) / 10;
    const x = at(scale, index + GAP);
    const width = Math.round((at(scale, index + 1 - GAP) - x) * 10) / 10;
    return html`<rect class="bar" x="${x}" y="${ROW_MARK_HEIGHT - height}" width="${width}" height="${height}"/>`;
  });
  return html`${drawn}<line class="equal" x1="${at(scale, 0)}" x2="${at(scale, turns.length)}" y1="${y}" y2="${y}"/>`;
}

/** A result of before each contender's turns were written down has their index only. */
function jainChart(place: string, results: readonly Result[]): readonly Chart[] {
  const measured = results
    .map(({ strategy, metrics }) => ({
      strategy,
      spread: metrics["jain"],
      starved: metrics["starved"]?.median ?? 0,
    }))
    .filter(isSpread);
  if (measured.length === 0) return [];
  const title = `Fairness: ${place}`;
  const about =
    "Jain's index over the contenders: 1 is an equal share for each, towards 0 a few have all. Starved are those that had no turn.";
  const rows = measured.map(({ strategy, spread, starved }) => ({
    label: strategy,
    family: familyOf(strategy),
    value: `${formatNumber(spread.median, "index")} · ${formatNumber(starved, "count")} starved`,
    draw: (scale: Scale) => point(scale, spread),
  }));
  const scale = scaleLinear().domain([0, 1]);
  const svg = rowChart({ name: `${title}. ${about}`, rows, scale, tick: String });
  return [{ id: idOf(place), title, about, svg }];
}

function idOf(place: string): string {
  return `fairness-${place.replaceAll(/\W+/g, "-")}`;
}
