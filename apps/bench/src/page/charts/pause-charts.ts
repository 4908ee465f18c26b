import { scaleLinear } from "d3-scale";
import type { PauseCourse } from "../../method/details.ts";
import type { Result } from "../../method/outcome.ts";
import { formatNumber } from "../../report/format-number.ts";
import type { Chart } from "../chart.ts";
import { familyOf } from "../family.ts";
import { stroke } from "../marks.ts";
import { html, type Markup } from "../markup.ts";
import { at, rowChart, type Scale } from "../row-chart.ts";
import { ROW_MARK_HEIGHT } from "../row-layout.ts";

/** The points in time that a row of the chart has. */
type Course = Pick<PauseCourse, "takenOverMs" | "toldMs"> & {
  readonly resumedMs: number | null;
  readonly lostWrites: number;
};

/** What happened after a holder was stopped past its ttl, in `pause`. */
export function pauseCharts(results: readonly Result[]): readonly Chart[] {
  const measured = results
    .filter(({ scenario }) => scenario === "pause")
    .map((result) => ({ result, course: courseOf(result) }));
  if (measured.length === 0) return [];
  const title = "A holder stopped past its ttl";
  const about =
    "From the stop at 0: the strip is how long the holder stood still, the filled mark when another process was granted its lock, the open circle when the holder, going on, was told. Lost are writes that the holder then overwrote, where the resource checks no fencing token.";
  const rows = measured.map(({ result, course }) => ({
    label: result.strategy,
    family: familyOf(result.strategy),
    value: wordsOf(result, course),
    draw: (scale: Scale) => drawn(scale, course),
  }));
  const ends = measured.flatMap(({ course }) =>
    [course.takenOverMs, course.resumedMs, course.toldMs].filter((ms) => ms !== null),
  );
  const scale = scaleLinear()
    .domain([0, Math.max(1, ...ends)])
    .nice();
  const tick = (ms: number): string => `${ms / 1000} s`;
  const svg = rowChart({ name: `${title}. ${about}`, rows, scale, tick });
  return [{ id: "pause", title, about, svg }];
}

/** The last round stands for all; an older result has the medians alone, and no end of the stop. */
function courseOf({ details, metrics }: Result): Course {
  const last = details?.pauses?.at(-1);
  const lostWrites = metrics["lostWrites"]?.median ?? last?.lostWrites ?? 0;
  if (last !== undefined) return { ...last, lostWrites };
  const takenOverMs = metrics["takeoverMs"]?.median ?? null;
  return { takenOverMs, resumedMs: null, toldMs: null, lostWrites };
}

function wordsOf({ metrics }: Result, { lostWrites }: Course): string {
  const told = metrics["toldMs"]?.median;
  const loss = `${formatNumber(lostWrites, "count")} lost`;
  return `${told === undefined ? "not told" : `told after ${formatNumber(told, "ms")}`} · ${loss}`;
}

function drawn(scale: Scale, { takenOverMs, resumedMs, toldMs }: Course): Markup {
  const y = ROW_MARK_HEIGHT / 2;
  const from = at(scale, 0);
  const strip =
    resumedMs === null
      ? undefined
      : html`<rect class="strip" x="${from}" y="${y - 2}" width="${Math.max(1, at(scale, resumedMs) - from)}" height="4"/>`;
  const told =
    toldMs === null
      ? undefined
      : html`<circle class="told" cx="${at(scale, toldMs)}" cy="${y}" r="4.5"/>`;
  return html`${strip}${takenOverMs === null ? undefined : stroke(scale, takenOverMs)}${told}`;
}
