import type { ScaleContinuousNumeric } from "d3-scale";
import type { Family } from "./family.ts";
import { html, type Markup } from "./markup.ts";
import { NARROW_LAYOUT, ROW_MARGIN, type RowLayout } from "./row-layout.ts";

/** A scale of d3, its range not yet said. */
export type Scale = ScaleContinuousNumeric<number, number>;

/** One line of a chart: who, the figure in words, and what is drawn of it. */
export interface ChartRow {
  readonly label: string;
  readonly value: string;
  readonly family: Family;
  /** Draws between 0 and ROW_MARK_HEIGHT with the scale given. */
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
  readonly layout?: RowLayout;
}

const AXIS_HEIGHT = 20;
const TICKS_MAX = 5;
/** About as wide as a letter of the axis is. */
const LETTER_WIDTH = 5.6;
/** Between two labels of the axis. */
const LABEL_GAP = 8;

/** Rows above each other over one axis, each with its name and figure above its marks, or beside them. */
export function rowChart(chart: RowChart): string {
  const { name, rows, scale, layout = NARROW_LAYOUT } = chart;
  const placed = scale.copy().range(layout.axis);
  const height = AXIS_HEIGHT + rows.length * layout.rowHeight;
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${layout.width} ${height}" role="img" aria-label="${name}">${axis(chart, placed, height)}${rows.map(
    (row, index) =>
      drawnRow(row, placed, { ...layout, top: AXIS_HEIGHT + index * layout.rowHeight }),
  )}</svg>`;
  return svg.toString();
}

/** A place on the axis, short enough to be written. */
export function at(scale: Scale, value: number): number {
  return Math.round(scale(value) * 10) / 10;
}

function axis(
  { scale, tick, ticks = scale.ticks(TICKS_MAX) }: RowChart,
  placed: Scale,
  height: number,
): readonly Markup[] {
  const [from = 0, to = 0] = placed.range();
  let free = Number.NEGATIVE_INFINITY;
  return ticks.flatMap((value) => {
    const x = at(placed, value);
    const text = tick(value);
    const width = text.length * LETTER_WIDTH;
    const anchor = anchorOf(x, [from, to]);
    const left = x - width * LEFT_SHARE[anchor];
    if (left < free) return [];
    free = left + width + LABEL_GAP;
    return [
      html`<line class="grid" x1="${x}" x2="${x}" y1="${AXIS_HEIGHT - 4}" y2="${height}"/><text class="tick" x="${x}" y="12" text-anchor="${anchor}">${text}</text>`,
    ];
  });
}

/** How much of a label is left of its place. */
const LEFT_SHARE = { start: 0, middle: 0.5, end: 1 } as const;

/** Labels at the ends of the axis stay inside. */
function anchorOf(x: number, [from, to]: readonly [number, number]): keyof typeof LEFT_SHARE {
  if (x < from + 16) return "start";
  return x > to - 16 ? "end" : "middle";
}

function drawnRow(
  { label, value, family, draw }: ChartRow,
  scale: Scale,
  { width, top, textY, markY }: RowLayout & { readonly top: number },
): Markup {
  return html`<g class="row ${family}"><title>${label}: ${value}</title><text class="label" x="${ROW_MARGIN}" y="${top + textY}">${label}</text><text class="value" x="${width - ROW_MARGIN}" y="${top + textY}" text-anchor="end">${value}</text><g transform="translate(0 ${top + markY})">${draw(scale)}</g></g>`;
}
