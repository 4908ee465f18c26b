import fc from "fast-check";
import { expect, test } from "vitest";
import type { Metric } from "../scenario.ts";
import { ratios, summarise } from "./summary.ts";

const metrics: readonly Metric[] = [
  { id: "p50Us", title: "p50", kind: "us", compared: true },
  { id: "starved", title: "starved", kind: "count", compared: false },
];

test("each round is divided by the same round of the other strategy", () => {
  // Round two ran on a machine ten times slower: the ratio of medians would say 11/2, each round says 2.
  const own = [{ p50Us: 2 }, { p50Us: 40 }, { p50Us: 22 }];
  const other = [{ p50Us: 1 }, { p50Us: 20 }, { p50Us: 11 }];
  expect(ratios(metrics, own, other)["p50Us"]).toEqual({ median: 2, min: 2, max: 2, rounds: 3 });
});

test("a machine that is slower in some rounds changes no ratio", () => {
  const round = fc.record({
    slowness: fc.double({ min: 0.01, max: 100, noNaN: true }),
    otherUs: fc.double({ min: 1, max: 1000, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(round, { minLength: 1 }), (rounds) => {
      const own = rounds.map(({ slowness, otherUs }) => ({ p50Us: 3 * otherUs * slowness }));
      const other = rounds.map(({ slowness, otherUs }) => ({ p50Us: otherUs * slowness }));
      expect(ratios(metrics, own, other)["p50Us"]?.median).toBeCloseTo(3);
    }),
  );
});

test("only metrics that are meant to be compared have ratios", () => {
  expect(ratios(metrics, [{ starved: 1 }], [{ starved: 1 }])).toEqual({});
});

test("a round without its other half, or divided by nothing, is left out", () => {
  const own = [{ p50Us: 4 }, { p50Us: 6 }, { p50Us: 8 }];
  expect(ratios(metrics, own, [{ p50Us: 2 }, { p50Us: 0 }])["p50Us"]?.rounds).toBe(1);
});

test("a metric that no round has is left out of the summary", () => {
  expect(summarise(metrics, [{ p50Us: 1 }, { p50Us: 3 }])).toEqual({
    p50Us: { median: 2, min: 1, max: 3, rounds: 2 },
  });
});

const wait: Metric = {
  id: "waitMs",
  title: "wait",
  kind: "ms",
  compared: true,
  openIn: "waitOpen",
};

test("a round in which one of the two is open has no ratio, and the summary says where that was", () => {
  const own = [
    { waitMs: 2, waitOpen: 0 },
    { waitMs: 2, waitOpen: 1 },
    { waitMs: 2, waitOpen: 0 },
  ];
  const other = [
    { waitMs: 1, waitOpen: 0 },
    { waitMs: 1, waitOpen: 0 },
    { waitMs: 1, waitOpen: 1 },
  ];
  expect(ratios([wait], own, other)["waitMs"]).toEqual({ median: 2, min: 2, max: 2, rounds: 1 });
  expect(summarise([wait], own)["waitOpen"]).toEqual({ median: 0, min: 0, max: 1, rounds: 3 });
});
