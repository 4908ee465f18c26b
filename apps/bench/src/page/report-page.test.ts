import { expect, test } from "vitest";
import type { Result } from "../method/outcome.ts";
import type { Report } from "../report/report.ts";
import { chartsOf } from "./charts.ts";
import { choicesOf } from "./choices.ts";
import { reportPage } from "./report-page.ts";

function spread(median: number, min = median, max = median) {
  return { median, min, max, rounds: 3 };
}

function result(place: Pick<Result, "strategy" | "scenario"> & Partial<Result>): Result {
  return { variant: "v", params: {}, metrics: {}, ratios: {}, values: {}, ...place };
}

function report(results: readonly Result[], more: Partial<Report> = {}): Report {
  return {
    machine: {
      cpu: "a processor",
      cores: 2,
      memoryGib: 4,
      os: "a system",
      arch: "x64",
      loadBefore: 0,
      pinnedCore: null,
      serverPinned: null,
    },
    versions: { node: "20.20.2" },
    complete: true,
    notForGating: false,
    results,
    noise: [],
    cannot: [],
    notMeasured: [],
    ...more,
  };
}

const HOSTILE = `<img src=x onerror="alert('x')">`;

test("names from outside are text wherever they stand", () => {
  const page = reportPage(
    report(
      ["uncontended", "contended", "pause", "handoff"].map((scenario) =>
        result({
          scenario,
          strategy: HOSTILE,
          variant: HOSTILE,
          metrics: {
            p50Us: spread(1),
            p99Us: spread(2),
            switchesPerSecond: spread(1),
            jain: spread(1),
            commandsPerHandoff: spread(2),
          },
          ratios: { [HOSTILE]: { p50Us: spread(1) } },
        }),
      ),
      {
        versions: { [HOSTILE]: HOSTILE },
        flags: ["--strategies", HOSTILE],
        notMeasured: [
          { strategy: HOSTILE, scenario: HOSTILE, variant: "v", kind: "failed", why: HOSTILE },
        ],
        comparison: { changes: [], comparedCount: 0, differences: [HOSTILE] },
      },
    ),
  );
  expect(page).not.toContain("<img");
  expect(page).not.toContain(`onerror="`);
  expect(page).toContain("&lt;img src=x");
});

test("a run without any figure has a page that says so", () => {
  const page = reportPage(report([], { complete: false }));
  expect(page).toContain("Nothing was measured.");
  expect(page).toContain("only finished rounds are shown");
});

test("the best is chosen among locks that can take each other's place", () => {
  const cycle = (strategy: string, ...[median, min, max]: Parameters<typeof spread>) =>
    result({ strategy, scenario: "uncontended", metrics: { p50Us: spread(median, min, max) } });
  const [choice, ...others] = choicesOf(
    report([
      cycle("raw-ioredis", 10),
      cycle("redis-ioredis", 14, 13, 16),
      cycle("verrou", 12, 11, 13.5),
      cycle("node-redlock-5", 30),
      cycle("redlock", 1),
      cycle("memory", 1),
    ]),
  );
  expect(choice).toMatchObject({
    ground: { id: "redis-1" },
    best: { strategy: "verrou" },
    level: [{ strategy: "redis-ioredis" }],
    own: { strategy: "redis-ioredis" },
    comparedCount: 3,
    tooNoisy: false,
  });
  // What was measured alone on its servers is no choice.
  expect(others).toEqual([]);
});

test("who starves others is not recommended for a crowd, however fast", () => {
  const crowd = (strategy: string, switches: number, starved: number) =>
    result({
      strategy,
      scenario: "contended",
      metrics: { switchesPerSecond: spread(switches), starved: spread(starved) },
    });
  const [choice] = choicesOf(
    report([crowd("verrou", 900, 3), crowd("redis-ioredis", 400, 0)], {
      noise: [
        {
          strategy: "verrou",
          scenario: "contended",
          variant: "v",
          ratios: {},
          tooNoisy: ["switchesPerSecond"],
        },
      ],
    }),
  );
  expect(choice).toMatchObject({
    best: { strategy: "redis-ioredis" },
    refused: ["verrou"],
    tooNoisy: true,
  });
});

test("a chart draws every turn and every event that the result has", () => {
  const charts = chartsOf(
    report([
      result({
        strategy: "redis-ioredis",
        scenario: "contended",
        details: { turns: [2, 2, 0, 4] },
      }),
      result({
        strategy: "redis-ioredis",
        scenario: "pause",
        metrics: { toldMs: spread(3), lostWrites: spread(10) },
        details: {
          pauses: [{ takenOverMs: 2000, resumedMs: 2100, toldMs: 2103, lostWrites: 10 }],
        },
      }),
    ]),
  );
  const [fairness, pause] = charts;
  expect(charts.map(({ id }) => id)).toEqual(["fairness-contended-v", "pause"]);
  expect(fairness?.svg.match(/class="bar"/g)).toHaveLength(4);
  expect(fairness?.svg).toContain("Jain 0.667 · 1 starved");
  expect(pause?.svg).toContain("told after 3.00 ms · 10 lost");
  for (const mark of ["strip", "stroke", "told"]) expect(pause?.svg).toContain(`class="${mark}"`);
});

test("a result of before there were details has charts of what it has", () => {
  const charts = chartsOf(
    report([
      result({
        strategy: "redis-ioredis",
        scenario: "uncontended",
        metrics: { p50Us: spread(100), p99Us: spread(300) },
      }),
      result({ strategy: "redis-ioredis", scenario: "contended", metrics: { jain: spread(0.9) } }),
      result({ strategy: "redis-ioredis", scenario: "pause", metrics: { takeoverMs: spread(2) } }),
    ]),
  );
  expect(charts.map(({ id }) => id)).toEqual(["latency-v", "fairness-contended-v", "pause"]);
  for (const { svg } of charts) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});
