import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { medianInterval } from "./median-interval.ts";
import { medianOf } from "./spread.ts";

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

describe("the interval of the median", () => {
  test("holds the median and lies within the values", () => {
    fc.assert(
      fc.property(values, (list) => {
        const { low, high } = medianInterval(list);
        const median = medianOf(list);
        expect(low).toBeLessThanOrEqual(median);
        expect(high).toBeGreaterThanOrEqual(median);
        expect(list).toContain(low);
        expect(list).toContain(high);
      }),
    );
  });

  test("follows the values when all are scaled", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 1000 }), (list, factor) => {
        const { low, high } = medianInterval(list);
        const scaled = medianInterval(list.map((value) => value * factor));
        expect([scaled.low, scaled.high]).toEqual([low * factor, high * factor]);
      }),
    );
  });

  // Two-sided sign test, as in any table of it.
  test.each([
    { count: 1, first: 0, last: 0, sure: 0 },
    { count: 4, first: 0, last: 3, sure: 0.875 },
    { count: 5, first: 0, last: 4, sure: 0.9375 },
    { count: 8, first: 1, last: 6, sure: 0.9297 },
    { count: 16, first: 4, last: 11, sure: 0.9232 },
    { count: 1000, first: 473, last: 526, sure: 0.9063 },
  ])("of $count values goes from number $first to number $last", ({ count, ...wanted }) => {
    const { low, high, confidence } = medianInterval(Array.from({ length: count }, (_, i) => i));
    expect({ first: low, last: high }).toEqual({ first: wanted.first, last: wanted.last });
    expect(confidence).toBeCloseTo(wanted.sure, 3);
  });

  test("ignores one wild value among many", () => {
    expect(medianInterval([1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 99]).high).toBe(1.6);
  });

  test("needs a value", () => {
    expect(() => medianInterval([])).toThrow(RangeError);
  });
});
