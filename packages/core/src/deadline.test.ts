import { expect, test } from "vitest";
import { deadlineMs, renewalMs } from "./deadline.ts";

const byDefault = { driftMs: undefined, marginMs: undefined };

test("G-01 a holder stops relying on its lock before the backend may let go, by drift and margin", () => {
  // 10 s from 500: 1 % and 2 ms for clocks that run apart, 1 % for late timers.
  expect(deadlineMs(500, { validMs: 10_000, ttlMs: 10_000 }, byDefault)).toBe(10_298);
});

test("G-01 the margin of a short ttl is no less than what a late timer takes", () => {
  expect(deadlineMs(0, { validMs: 100, ttlMs: 100 }, byDefault)).toBe(92);
});

test("G-01 drift and margin given by the caller are kept to", () => {
  const allowance = { driftMs: 7, marginMs: 30 };
  expect(deadlineMs(0, { validMs: 1_000, ttlMs: 1_000 }, allowance)).toBe(963);
});

test("G-01 a grant that is valid for less than its ttl ends that much earlier", () => {
  expect(deadlineMs(0, { validMs: 4_000, ttlMs: 10_000 }, byDefault)).toBe(3_918);
});

test("G-07 the first claim of a hand-off can be relied on, however long the ttl", () => {
  expect(deadlineMs(0, { validMs: 3_000, ttlMs: 86_400_000 }, byDefault)).toBe(2_938);
});

test("G-03 the next renewal leaves after a third of the ttl, or of what is granted of it", () => {
  expect(renewalMs(500, 9_000, 9_400)).toBe(3_500);
  expect(renewalMs(500, 3_000, 3_438)).toBe(1_500);
});

test("G-03 the next renewal leaves half-way to a deadline that comes early", () => {
  expect(renewalMs(500, 3_000, 1_500)).toBe(1_000);
});
