import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { medianOf, type Spread, spreadOf } from "../method/spread.ts";
import type { Report } from "../report/report.ts";
import { scenarios } from "../scenarios.ts";
import { compareReports } from "./compare-reports.ts";

interface Figures {
  readonly p50Us?: Spread;
  readonly commandsPerCycle?: Spread;
  readonly ratio?: Spread;
  readonly callers?: number;
}

function report(figures: Figures, more: Partial<Report> = {}): Report {
  const { ratio, callers = 1, ...metrics } = figures;
  return {
    machine: {
      cpu: "a",
      cores: 2,
      memoryGib: 8,
      os: "Linux",
      arch: "x64",
      loadBefore: 0.1,
      pinnedCore: 1,
      serverPinned: true,
    },
    versions: { node: "20.20.0", ioredis: "6.0.0" },
    complete: true,
    notForGating: false,
    results: [
      {
        strategy: "redis-ioredis",
        scenario: "uncontended",
        variant: "1 caller",
        params: { callers },
        metrics,
        ratios: ratio === undefined ? {} : { "raw-ioredis": { p50Us: ratio } },
        values: {},
      },
    ],
    noise: [],
    cannot: [],
    notMeasured: [],
    ...more,
  };
}

const low = spreadOf([1, 1.1, 1.2]);
const high = spreadOf([1.3, 1.4, 1.5]);
const between = spreadOf([1.15, 1.25, 1.35]);

function changes(before: Figures, after: Figures): readonly unknown[] {
  const pair = { before: report(before), after: report(after) };
  return compareReports(scenarios, pair).changes;
}

describe("a comparison of two runs", () => {
  test("tells ratios whose spreads have nothing in common", () => {
    expect(changes({ ratio: low }, { ratio: high })).toEqual([
      {
        strategy: "redis-ioredis",
        scenario: "uncontended",
        variant: "1 caller",
        metric: "p50Us",
        dividedBy: "raw-ioredis",
        before: low,
        after: high,
      },
    ]);
    expect(changes({ ratio: low }, { ratio: between })).toEqual([]);
  });

  test("tells nothing of a run compared with itself, and the same both ways", () => {
    const rounds = fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 3 });
    fc.assert(
      fc.property(rounds, rounds, (one, other) => {
        const [first, second] = [{ ratio: spreadOf(one) }, { ratio: spreadOf(other) }];
        expect(changes(first, first)).toEqual([]);
        expect(changes(first, second)).toHaveLength(changes(second, first).length);
        if (medianOf(one) === medianOf(other)) expect(changes(first, second)).toEqual([]);
      }),
    );
  });

  test("takes a count at its word after one round, a ratio after three", () => {
    const [two, three] = [spreadOf([2]), spreadOf([3])];
    expect(changes({ commandsPerCycle: two }, { commandsPerCycle: three })).toHaveLength(1);
    expect(changes({ ratio: two }, { ratio: three })).toEqual([]);
  });

  test("leaves out absolute times, other params, and what one of them has not", () => {
    expect(changes({ p50Us: low }, { p50Us: high })).toEqual([]);
    expect(changes({ ratio: low }, { ratio: high, callers: 64 })).toEqual([]);
    expect(changes({ ratio: low }, {})).toEqual([]);
    expect(changes({}, { ratio: low })).toEqual([]);
  });

  test("says how machine, versions and length differ", () => {
    const before = report({});
    const after = report(
      {},
      {
        machine: { ...before.machine, cpu: "b", loadBefore: 9 },
        versions: { node: "22.1.0", redis: "6.3.1" },
        notForGating: true,
        complete: false,
      },
    );
    expect(compareReports(scenarios, { before, after }).differences).toEqual([
      "machine: cpu a → b",
      "node 20.20.0 → 22.1.0",
      "ioredis 6.0.0 → absent",
      "redis absent → 6.3.1",
      "the run after was quick",
      "the run after was interrupted",
    ]);
    expect(compareReports(scenarios, { before, after: before }).differences).toEqual([]);
  });
});
