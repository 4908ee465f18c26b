import type { HistoryEvent } from "../history-event.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import type { Interval } from "../interval.ts";
import type { Lane, Timeline } from "./timeline.ts";
import { timelineStyle } from "./timeline-style.ts";
import { element, text } from "./xml.ts";

const WIDTH = 1_100;
const LABEL_WIDTH = 230;
const RIGHT_WIDTH = 40;
const HEAD_HEIGHT = 64;
const LANE_HEIGHT = 30;
const FOOT_HEIGHT = 76;
const BAR_HEIGHT = 16;
const TICKS_MAX = 8;
const LABEL_LENGTH_MAX = 32;

/**
 * Draws a violation as SVG: time to the right, one lane for each hold, light where it may have had the lock
 * and solid where it relied on it, faults as bands, and the events that prove the violation in red. Its
 * colours follow the reader's choice of light or dark.
 */
export function timelineSvg(timeline: Timeline): string {
  const { violation, lanes, faults } = timeline;
  const height = HEAD_HEIGHT + lanes.length * LANE_HEIGHT + FOOT_HEIGHT;
  const where = violation.name === "" ? "" : ` of ${violation.name}`;
  const scale = new Scale(timeline);
  const bottom = HEAD_HEIGHT + lanes.length * LANE_HEIGHT;
  const drawing = [
    element("title", {}, text(`${violation.checker}${where}: ${violation.message}`)),
    element("style", {}, text(timelineStyle)),
    element("rect", { class: "ground", width: WIDTH, height }),
    words(`${violation.checker}${where}`, { x: 16, y: 24, class: "title" }),
    words(violation.message, { x: 16, y: 46, class: "wrong-text" }),
    ...faults.map((fault) => faultBand(fault, scale, bottom)),
    ...ticks(scale, bottom),
    ...lanes.map((lane, index) => laneGroup(lane, index, scale)),
    ...proof(timeline, scale, bottom),
    legend(bottom + 44),
  ];
  const box = `0 0 ${WIDTH} ${height}`;
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: box,
    width: WIDTH,
    height,
    role: "img",
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("svg", root, ...drawing)}\n`;
}

/** Where a time is on the page. */
class Scale {
  readonly startNs: number;
  readonly endNs: number;

  constructor({ startNs, endNs }: Interval) {
    this.startNs = startNs;
    this.endNs = endNs;
  }

  x(atNs: number): number {
    const within = Math.min(Math.max(atNs, this.startNs), this.endNs);
    const share = (within - this.startNs) / (this.endNs - this.startNs);
    return LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - RIGHT_WIDTH);
  }

  bar({ startNs, endNs }: Interval): { readonly x: number; readonly width: number } {
    const x = this.x(startNs);
    return { x, width: Math.max(1, this.x(endNs) - x) };
  }

  shows({ startNs, endNs }: Interval): boolean {
    return startNs < this.endNs && this.startNs < endNs;
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly class?: string;
}

function words(said: string, place: Place): string {
  return element("text", { ...place }, text(said));
}

function faultBand(fault: Interval, scale: Scale, bottom: number): string {
  const rect = {
    class: "fault",
    ...scale.bar(fault),
    y: HEAD_HEIGHT - 6,
    height: bottom - HEAD_HEIGHT + 6,
  };
  return element("rect", rect, element("title", {}, text(spanOf("fault or pause", fault))));
}

function laneGroup(lane: Lane, index: number, scale: Scale): string {
  const top = HEAD_HEIGHT + index * LANE_HEIGHT;
  const [barTop, baseline] = [top + (LANE_HEIGHT - BAR_HEIGHT) / 2, top + LANE_HEIGHT / 2 + 4];
  const { hold, possible, diedNs } = lane;
  const bar = (kind: "possible" | "believed", what: string, interval: Interval): string =>
    element(
      "rect",
      { class: kind, ...scale.bar(interval), y: barTop, height: BAR_HEIGHT, rx: 3 },
      element("title", {}, text(spanOf(`${hold.hold} ${what}`, interval))),
    );
  const shown = [possible ?? []].flat().filter((interval) => scale.shows(interval));
  const believed = lane.believed.filter((interval) => scale.shows(interval));
  const label = { x: 16, y: baseline, ...(lane.isInvolved ? { class: "wrong-text" } : {}) };
  return element(
    "g",
    {},
    element("title", {}, text(`${hold.hold}, process ${hold.process}`)),
    words(labelOf(lane), label),
    ...shown.map((interval) => bar("possible", "may have the lock", interval)),
    ...believed.map((interval) => bar("believed", "relies on the lock", interval)),
    ...believed.map((interval) => tokenLabel(hold.token, scale.bar(interval), baseline)),
    ...lane.accesses.map((access) => accessMark(access, scale, barTop)),
    diedNs === undefined ? "" : words("✕ died", { x: scale.x(diedNs) + 3, y: baseline }),
  );
}

function accessMark({ operation, phase, atNs }: HistoryEvent, scale: Scale, top: number): string {
  const line = { class: "mark", ...vertical(scale.x(atNs), top - 3, top + 3) };
  return element("line", line, element("title", {}, text(`${operation} ${phase}`)));
}

/** Only where there is room for it. */
function tokenLabel(
  token: bigint | undefined,
  bar: { readonly x: number; readonly width: number },
  y: number,
): string {
  const digits = `${token ?? ""}`;
  const shown = digits.length > 8 ? `…${digits.slice(-7)}` : digits;
  if (bar.width < 7 * shown.length + 8) return "";
  return words(shown, { x: bar.x + 5, y, class: "token" });
}

function labelOf({ hold }: Lane): string {
  const label = hold.hold.includes(hold.process) ? hold.hold : `${hold.process} ${hold.hold}`;
  return label.length > LABEL_LENGTH_MAX ? `…${label.slice(1 - LABEL_LENGTH_MAX)}` : label;
}

function proof({ violation, lanes }: Timeline, scale: Scale, bottom: number): readonly string[] {
  const lanesOf = new Map(lanes.map(({ hold }, index) => [hold.hold, index]));
  return violation.events.map((event) => {
    const x = scale.x(event.atNs);
    const lane = lanesOf.get(event.hold);
    const title = element("title", {}, text(eventText(event)));
    const line = element("line", { class: "wrong-line", ...vertical(x, HEAD_HEIGHT - 6, bottom) });
    if (lane === undefined) return element("g", {}, title, line);
    const y = HEAD_HEIGHT + (lane + 0.5) * LANE_HEIGHT;
    return element("g", {}, title, line, element("circle", { class: "wrong", cx: x, cy: y, r: 5 }));
  });
}

function eventText({ hold, operation, phase, atNs }: HistoryEvent): string {
  return `${hold}: ${operation} ${phase} at ${inMilliseconds(atNs)}`;
}

/** The time axis, in steps of 1, 2 or 5 times a power of ten. */
function ticks(scale: Scale, bottom: number): readonly string[] {
  const { startNs, endNs } = scale;
  const roughNs = (endNs - startNs) / TICKS_MAX;
  const power = 10 ** Math.floor(Math.log10(roughNs));
  const stepNs = power * ([1, 2, 5, 10].find((factor) => factor * power >= roughNs) ?? 10);
  const first = Math.ceil(startNs / stepNs);
  const count = Math.floor(endNs / stepNs) - first + 1;
  return Array.from({ length: count }, (_, index) => {
    const atNs = (first + index) * stepNs;
    const x = scale.x(atNs);
    const line = element("line", { class: "line", ...vertical(x, HEAD_HEIGHT - 6, bottom) });
    const label = words(inMilliseconds(atNs), { x, y: bottom + 16, class: "faint tick" });
    return element("g", {}, line, label);
  });
}

function vertical(x: number, y1: number, y2: number): Readonly<Record<string, number>> {
  return { x1: x, x2: x, y1, y2 };
}

function legend(y: number): string {
  const entries = [
    ["possible", "may have the lock"],
    ["believed", "relies on the lock (its token)"],
    ["fault", "fault or pause"],
  ] as const;
  const drawn = entries.flatMap(([kind, said], index) => {
    const x = LABEL_WIDTH + index * 230;
    return [
      element("rect", { class: kind, x, y: y - 11, width: 22, height: 12 }),
      words(said, { x: x + 30, y, class: "faint" }),
    ];
  });
  return element("g", {}, ...drawn);
}

function spanOf(what: string, { startNs, endNs }: Interval): string {
  const end = Number.isFinite(endNs) ? inMilliseconds(endNs) : "the end";
  return `${what}: ${inMilliseconds(startNs)} to ${end}`;
}
