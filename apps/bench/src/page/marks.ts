import type { Spread } from "../method/spread.ts";
import { html, type Markup } from "./markup.ts";
import { at, type Scale } from "./row-chart.ts";
import { ROW_MARK_HEIGHT } from "./row-layout.ts";

const MIDDLE = ROW_MARK_HEIGHT / 2;

/** A bar from zero to the median, and a line over the range of the rounds. */
export function bar(scale: Scale, { median, min, max }: Spread): Markup {
  const from = at(scale, 0);
  return html`<rect class="bar" x="${from}" y="1" width="${width(scale, 0, median)}" height="${ROW_MARK_HEIGHT - 2}"/>${range(scale, min, max)}`;
}

/** A point at the median, and a line over the range of the rounds: for axes that have no zero. */
export function point(scale: Scale, { median, min, max }: Spread): Markup {
  return html`${range(scale, min, max)}<circle class="point" cx="${at(scale, median)}" cy="${MIDDLE}" r="4"/>`;
}

/** A strip between two values, thicker the more it is the rule. */
export function strip(scale: Scale, [from, to]: readonly [number, number], height: number): Markup {
  return html`<rect class="strip" x="${at(scale, from)}" y="${(ROW_MARK_HEIGHT - height) / 2}" width="${width(scale, from, to)}" height="${height}"/>`;
}

/** A small mark across the row. */
export function stroke(scale: Scale, value: number): Markup {
  return html`<line class="stroke" x1="${at(scale, value)}" x2="${at(scale, value)}" y1="0" y2="${ROW_MARK_HEIGHT}"/>`;
}

function range(scale: Scale, min: number, max: number): Markup {
  return html`<line class="range" x1="${at(scale, min)}" x2="${at(scale, max)}" y1="${MIDDLE}" y2="${MIDDLE}"/>`;
}

/** At least a pixel, so that what is there can be seen. */
function width(scale: Scale, from: number, to: number): number {
  return Math.max(1, Math.round((scale(to) - scale(from)) * 10) / 10);
}
