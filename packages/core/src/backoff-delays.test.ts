import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";

function delays(fraction: number, count: number, boundMs?: number): number[] {
  const backoff = new Backoff(10, 250, { holderId: () => "", fraction: () => fraction });
  return Array.from({ length: count }, () => backoff.nextMs(boundMs));
}

test("each delay is between the shortest and thrice the one before", () => {
  expect(delays(0, 3)).toEqual([10, 10, 10]);
  expect(delays(0.5, 4)).toEqual([20, 35, 57.5, 91.25]);
  expect(delays(1, 5)).toEqual([30, 90, 250, 250, 250]);
});

test("a bound shortens the delay and not those after it, and never below 1 ms", () => {
  expect(delays(0.5, 2, 15)).toEqual([15, 15]);
  expect(delays(0.5, 2, 0)).toEqual([1, 1]);
  const backoff = new Backoff(10, 250, { holderId: () => "", fraction: () => 0.5 });
  expect([backoff.nextMs(5), backoff.nextMs()]).toEqual([5, 35]);
});
