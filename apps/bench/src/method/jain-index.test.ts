import fc from "fast-check";
import { expect, test } from "vitest";
import { jainIndex } from "./jain-index.ts";

const shares = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 64 });

test("the index lies between one n-th and one", () => {
  fc.assert(
    fc.property(shares, (list) => {
      const index = jainIndex(list);
      expect(index).toBeGreaterThanOrEqual(1 / list.length - 1e-9);
      expect(index).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});

test("it does not depend on the order or on how much there is to share", () => {
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 100 }), (list, factor) => {
      expect(jainIndex(list.toReversed())).toBeCloseTo(jainIndex(list));
      expect(jainIndex(list.map((share) => share * factor))).toBeCloseTo(jainIndex(list));
    }),
  );
});

test("equal shares give one and one winner gives one n-th", () => {
  expect(jainIndex([5, 5, 5, 5])).toBe(1);
  expect(jainIndex([20, 0, 0, 0])).toBe(0.25);
  expect(jainIndex([0, 0])).toBe(1);
});
