import type { ScaleContinuousNumeric } from "d3-scale";
import type { Family } from "./family.ts";
import { html, type Markup } from "./markup.ts";

/** A scale of d3, its range not yet said. */
export type Scale = ScaleContinuousNumeric<number, number>;

/** One line of a chart: who, the figure in words, and what is drawn of it. */
export interface ChartRow {
  readonly label: string;
  readonly value: string;
  readonly family: Family;
  /** Draws between 0 and {@link ROW_MARK_HEIGHT} with the scale given. */
  readonly draw: (scale: Scale) => Markup;
}

/** What all rows of a chart share. */
export interface RowChart {
  /** For readers who do not see it. */
  readonly name: string;
  readonly rows: readonly ChartRow[];
  readonly scale: Scale;
  /** Writes a tick. */
  readonly tick: (value: number) => string;
  /** Where the axis is labelled, unless the scale says so itself. */
  readonly ticks?: readonly number[];
}

/**
 * In units that are pixels on a narrow screen: a chart is as wide as such a screen and only grows from
 * there, so its words stay readable everywhere.
 */
const WIDTH = 340;
const MARGIN = 8;
const AXIS_HEIGHT = 20;
const LABEL_HEIGHT = 15;
/** How high the marks of a row may be. */
export const ROW_MARK_HEIGHT = 14;
const ROW_HEIGHT = LABEL_HEIGHT + ROW_MARK_HEIGHT + 9;
const TICKS_MAX = 5;
/** Two labels of the axis nearer than this would touch. */
const TICK_DISTANCE_MIN = 42;

/** Rows above each other over one axis, each with its name and figure above its marks. */
export function rowChart({
  name,
  rows,
  scale,
  tick,
  ticks = scale.ticks(TICKS_MAX),
}: RowChart): string {
  const placed = scale.copy().range([MARGIN, WIDTH - MARGIN]);
  const height = AXIS_HEIGHT + rows.length * ROW_HEIGHT;
  const svg = html`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${name}">${apart(
    ticks,
    placed,
  ).map(
    (value) =>
      html`<line class="grid" x1="${at(placed, value)}" x2="${at(placed, value)}" y1="${AXIS_HEIGHT - 4}" y2="${height}"/><text class="tick" x="${at(placed, value)}" y="12" text-anchor="${anchorOf(placed(value))}">${tick(value)}</text>`,
  )}${rows.map((row, index) => drawnRow(row, placed, AXIS_HEIGHT + index * ROW_HEIGHT))}</svg>`;
  return svg.toString();
}

/** A place on the axis, short enough to be written. */
export function at(scale: Scale, value: number): number {
  return Math.round(scale(value) * 10) / 10;
}

function drawnRow({ label, value, family, draw }: ChartRow, scale: Scale, top: number): Markup {
  return html`<g class="row ${family}"><title>${label}: ${value}</title><text class="label" x="${MARGIN}" y="${top + 11}">${label}</text><text class="value" x="${WIDTH - MARGIN}" y="${top + 11}" text-anchor="end">${value}</text><g transform="translate(0 ${top + LABEL_HEIGHT})">${draw(scale)}</g></g>`;
}

function apart(ticks: readonly number[], scale: Scale): readonly number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    const last = kept.at(-1);
    if (last === undefined || scale(tick) - scale(last) >= TICK_DISTANCE_MIN) kept.push(tick);
  }
  return kept;
}

function anchorOf(x: number): string {
  if (x < MARGIN + 16) return "start";
  return x > WIDTH - MARGIN - 16 ? "end" : "middle";
}
