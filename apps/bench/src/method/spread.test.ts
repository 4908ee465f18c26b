import fc from "fast-check";
import { expect, test } from "vitest";
import { medianOf, spreadOf } from "./spread.ts";

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });

test("half of the values are at or below the median and half at or above it", () => {
  fc.assert(
    fc.property(values, (list) => {
      const median = medianOf(list);
      const half = list.length / 2;
      expect(list.filter((value) => value <= median).length).toBeGreaterThanOrEqual(half);
      expect(list.filter((value) => value >= median).length).toBeGreaterThanOrEqual(half);
    }),
  );
});

test("the median does not depend on the order and leaves its input alone", () => {
  fc.assert(
    fc.property(values, (list) => {
      const before = [...list];
      expect(medianOf(list)).toBe(medianOf(list.toReversed()));
      expect(list).toEqual(before);
    }),
  );
});

test("one wild value among many does not move the median out of the others", () => {
  expect(medianOf([1, 2, 1_000_000])).toBe(2);
  expect(medianOf([1, 2, 3, 4])).toBe(2.5);
});

test("the spread holds the median between its ends", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, rounds: 3 });
});

test("no values have no median", () => {
  expect(() => medianOf([])).toThrow(RangeError);
});
