import { expect, test } from "vitest";
import { readNumber } from "./read-number.ts";
import { UsageError } from "./usage-error.ts";

test("a number is taken from one end of its range to the other", () => {
  for (const value of [0.5, 1.25, 3]) {
    expect(readNumber("minutes", value, { min: 0.5, max: 3 })).toBe(value);
  }
  expect(readNumber("seeds", 2, { min: 1, max: 3, isWhole: true })).toBe(2);
  expect(readNumber("seeds", undefined, { min: 1, max: 3 })).toBeUndefined();
});

test.each([
  [0, '--seeds takes a whole number from 1 to 3, not "0"'],
  [4, '--seeds takes a whole number from 1 to 3, not "4"'],
  [1.5, '--seeds takes a whole number from 1 to 3, not "1.5"'],
  ["many", '--seeds takes a whole number from 1 to 3, not "many"'],
  [[2, 3], '--seeds takes a whole number from 1 to 3, not "2,3"'],
  [true, "--seeds takes a whole number from 1 to 3"],
])("%j is refused with the range", (wish, message) => {
  const read = () => readNumber("seeds", wish, { min: 1, max: 3, isWhole: true });
  expect(read).toThrow(new UsageError(message));
});

test("a range with fractions does not ask for a whole number", () => {
  expect(() => readNumber("minutes", 9, { min: 0.5, max: 3 })).toThrow(
    new UsageError('--minutes takes a number from 0.5 to 3, not "9"'),
  );
});
