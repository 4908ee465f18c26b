import fc from "fast-check";
import { expect, test } from "vitest";
import { trueSwitches } from "./true-switches.ts";

test("taking the lock straight back is no switch", () => {
  expect(trueSwitches(["a", "a", "a", "b", "b", "a"])).toBe(2);
  expect(trueSwitches([])).toBe(0);
  expect(trueSwitches(["a"])).toBe(0);
});

test("repeating every turn adds no switch", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 4 })), (turns) => {
      expect(trueSwitches(turns.flatMap((turn) => [turn, turn]))).toBe(trueSwitches(turns));
    }),
  );
});

test("a strict rotation of several contenders is a switch each turn", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 64 }), fc.integer({ min: 1, max: 500 }), (n, length) => {
      expect(trueSwitches(Array.from({ length }, (_, turn) => turn % n))).toBe(length - 1);
    }),
  );
});
