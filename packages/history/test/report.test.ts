import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { checkAll } from "../src/check-all.ts";
import type { HistoryEvent } from "../src/history-event.ts";
import { textReport } from "../src/report/text-report.ts";
import { timelineOf } from "../src/report/timeline.ts";
import { timelineSvg } from "../src/report/timeline-svg.ts";
import type { Violation } from "../src/violation.ts";
import { catalogue } from "./broken/catalogue.ts";
import { findCaught } from "./broken/find-caught.ts";
import { history } from "./event-lines.ts";
import { boundsOf, runScenario } from "./world/run-scenario.ts";

const OVERLAP = `
  0 a acquire invoke ttl=100
  1 a acquire ok token=1 until=90
  2 b acquire invoke ttl=100
  40 x fault ok
  50.5 b acquire ok token=2 until=140
  60 x heal ok
  70 a write invoke token=1
  71 a write ok
  150 b release invoke
  151 b release ok`;

/** A violation that is sure to be there. */
function firstOf(events: readonly HistoryEvent[]): Violation {
  const [violation] = checkAll(events);
  if (violation === undefined) throw new Error("there is no violation");
  return violation;
}

function svgOf(events: readonly HistoryEvent[]): string {
  return timelineSvg(timelineOf(events, firstOf(events)));
}

describe("the text of a violation", () => {
  test("says what happened, to whom, and when", () => {
    const violation = firstOf(history(OVERLAP));
    const lines = [
      "exclusion of lock: a and b both rely on the lock for 39.5 ms",
      "    at 1 ms  a  a  acquire ok  token 1, valid for 89 ms",
      "  + 49.5 ms  b  b  acquire ok  token 2, valid for 89.5 ms",
    ];
    expect(textReport([violation])).toBe(`${lines.join("\n")}\n`);
  });

  test("does not let a name move the cursor", () => {
    const events = history(OVERLAP).map((event) => ({ ...event, name: "\u001b[2J\nlock" }));
    const [line] = textReport([firstOf(events)]).split("\n");
    expect(line).toContain("exclusion of \\u001b[2J\\u000alock: ");
  });

  test("of thousands of events shows the first", () => {
    const events = Array.from({ length: 5_000 }, () => history("0 a renew ok")[0] as HistoryEvent);
    const report = textReport([{ checker: "leaks", name: "lock", message: "much", events }]);
    expect(report.split("\n")).toHaveLength(43);
    expect(report).toContain("and 4960 more events");
  });
});

describe("the picture of a violation", () => {
  test("is XML, whatever the names are", () => {
    const name = `</text><script>"'&\u0000\ud800 ]]>`;
    const events = history(OVERLAP).map((event) => ({
      ...event,
      name,
      hold: `${event.hold}${name}`,
      process: name,
    }));
    const svg = svgOf(events);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).not.toContain("<script");
    const { svg: root } = new XMLParser().parse(svg) as { svg: { title: string } };
    expect(root.title).toContain(`</text><script>"'&\u{FFFD}\u{FFFD} ]]>`);
  });

  test("has a lane for each hold, its validity, its token and the faults", () => {
    const events = history(OVERLAP);
    const timeline = timelineOf(events, firstOf(events));
    expect(timeline.lanes.map(({ hold }) => hold.hold)).toEqual(["a", "b"]);
    expect(timeline.lanes[0]?.believed).toMatchObject([{ startNs: 1e6, endNs: 90e6 }]);
    expect(timeline.lanes[0]?.accesses).toHaveLength(2);
    expect(timeline.faults).toEqual([{ startNs: 40e6, endNs: 60e6 }]);
    const svg = svgOf(events);
    expect(svg.match(/class="believed"/g)).toHaveLength(3);
    expect(svg.match(/class="fault"/g)).toHaveLength(2);
    expect(svg).toContain('class="token">1</text>');
    expect(svg).toContain("prefers-color-scheme: dark");
    // Many programs that draw SVG know no variables of CSS, and draw them black.
    expect(svg).not.toContain("var(");
  });

  test("of a crowd shows those involved and the nearest", () => {
    const crowd = Array.from({ length: 100 }, (_, index) => `0 c${index} acquire invoke`);
    const events = [...history(crowd.join("\n")), ...history(OVERLAP)];
    const { lanes } = timelineOf(events, firstOf(events));
    expect(lanes).toHaveLength(40);
    expect(lanes.filter(({ isInvolved }) => isInvolved)).toHaveLength(2);
  });

  test("can be drawn of every kind of violation", async () => {
    const drawn = new Set<string>();
    for (const broken of catalogue) {
      const { seed = 1 } = (await findCaught(broken)) ?? {};
      const events = await runScenario(seed, broken.scenario, broken.implementation);
      const bounds = boundsOf(broken.scenario);
      for (const violation of checkAll(events, bounds)) {
        const svg = timelineSvg(timelineOf(events, violation, bounds));
        expect(XMLValidator.validate(svg)).toBe(true);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        expect(textReport([violation])).toContain(violation.message);
        drawn.add(violation.checker);
      }
    }
    expect(drawn.size).toBe(13);
  });
});
