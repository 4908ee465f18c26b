import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GateRow } from "./gate-row.ts";
import { verdictOf } from "./verdict.ts";

const row: GateRow = {
  id: "P1",
  text: "p50",
  strategy: "a",
  scenario: "s",
  variant: "v",
  metric: "m",
  comparison: "at most",
  must: 1,
  stretch: 0.5,
  needs: [],
};
const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
const values = fc.array(positive, { minLength: 1, maxLength: 20 });

describe("a verdict", () => {
  test("holds when every round reaches the target, misses when none does", () => {
    fc.assert(
      fc.property(values, positive, (list, must) => {
        const { verdict } = verdictOf({ ...row, must }, list);
        if (list.every((value) => value <= must)) expect(verdict).toBe("holds");
        if (list.every((value) => value > must)) expect(verdict).toBe("misses");
      }),
    );
  });

  test("of at least is that of at most, turned round", () => {
    fc.assert(
      fc.property(values, positive, (list, must) => {
        fc.pre(list.every((value) => value !== must));
        const opposite = { holds: "misses", misses: "holds" } as Record<string, string>;
        const { verdict } = verdictOf({ ...row, must }, list);
        const turned = verdictOf({ ...row, must, comparison: "at least" }, list);
        const isMiddle = list.length % 2 === 0 && turned.measured?.median === must;
        fc.pre(!isMiddle);
        expect(turned.verdict).toBe(opposite[verdict] ?? "too noisy");
      }),
    );
  });

  test.each([
    ["a narrow interval around the target follows the median", [0.95, 0.97, 0.99, 1.02], "holds"],
    ["and to the other side", [0.95, 1.01, 1.02, 1.04], "misses"],
    ["a wide interval around the target says nothing", [0.7, 0.8, 0.9, 1.2], "too noisy"],
    ["a wide interval on one side is clear all the same", [0.1, 0.5, 0.8, 0.9], "holds"],
    ["a wild round outside the interval changes nothing", [...Array(9).fill(0.9), 50], "holds"],
  ] as const)("%s", (_title, list, verdict) => {
    expect(verdictOf(row, list).verdict).toBe(verdict);
  });

  test("of an exact value takes every round at its word", () => {
    const exact: GateRow = { ...row, comparison: "exactly", must: 2 };
    expect(verdictOf(exact, [2, 2, 2]).verdict).toBe("holds");
    expect(verdictOf(exact, [2, 2, 2, 2, 2, 2, 2, 2.001]).verdict).toBe("misses");
  });

  test("says whether the stretch is reached, unless the noise hides it", () => {
    expect(verdictOf(row, [0.4, 0.4]).stretchReached).toBe(true);
    expect(verdictOf(row, [0.9, 0.9]).stretchReached).toBe(false);
    expect(verdictOf(row, [0.1, 5])).not.toHaveProperty("stretchReached");
  });
});
