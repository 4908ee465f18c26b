import { expect, test } from "vitest";
import type { Metric } from "../scenario.ts";
import { isTooWide, noisyMetrics } from "./noise.ts";

const metrics: readonly Metric[] = [
  { id: "p50Us", title: "p50", kind: "us", compared: true },
  { id: "cycleUs", title: "mean", kind: "us", compared: true },
  { id: "p99Us", title: "p99", kind: "us", compared: false },
];

const rounds = (values: readonly number[]): readonly { readonly p50Us: number }[] =>
  values.map((p50Us) => ({ p50Us }));

test.each([
  ["is quiet when both halves agree", [1, 1.05, 0.95, 1, 1.02, 0.98, 1, 1.1], []],
  ["is quiet with one wild round in eight", [1, 1, 1, 1, 1, 1, 1, 9], []],
  ["is noisy when all rounds are off by the same", [0, 0, 0, 0, 0, 0, 0, 0], ["p50Us"]],
  ["is noisy when the rounds scatter", [0.5, 0.7, 1, 1.4, 2, 0.6, 1.5, 1.1], ["p50Us"]],
])("a control %s", (_title, ratios, noisy) => {
  const again = rounds(ratios.map(() => 10));
  expect(noisyMetrics(metrics, rounds(ratios.map((ratio) => ratio * 10)), again)).toEqual(noisy);
});

test("metrics that nobody compares, or that were not measured, make no noise", () => {
  expect(noisyMetrics(metrics, [{ p99Us: 1 }, { p99Us: 9 }], [{ p99Us: 9 }, { p99Us: 1 }])).toEqual(
    [],
  );
});

test("an interval is too wide from a third of its target or so", () => {
  expect(isTooWide({ low: 1, high: 1.25 }, 1)).toBe(false);
  expect(isTooWide({ low: 0.8, high: 1.2 }, 1)).toBe(true);
  expect(isTooWide({ low: 80, high: 120 }, 1000)).toBe(false);
});
