import { expect, test } from "vitest";
import { manualClock } from "./manual-clock.ts";
import { TimeLimit } from "./time-limit.ts";

test("work that outlives the limit is ended between one limit and an eighth more", async () => {
  const clock = manualClock();
  const limit = new TimeLimit(clock, 800);
  const ended: number[] = [];
  limit.start(() => ended.push(clock.monotonicMs()));
  await clock.advance(50);
  limit.start(() => ended.push(clock.monotonicMs()));
  await clock.advance(5_000);
  expect(ended).toHaveLength(2);
  for (const atMs of ended) expect(atMs).toBeGreaterThanOrEqual(800);
  for (const atMs of ended) expect(atMs).toBeLessThanOrEqual(1_000);
  expect(clock.pendingTimers).toBe(0);
});

test("finished work is never ended, in whatever order it finishes", async () => {
  const clock = manualClock();
  const limit = new TimeLimit(clock, 100);
  const ended: number[] = [];
  const running = Array.from({ length: 5_000 }, (_, index) => limit.start(() => ended.push(index)));
  for (const [index, limited] of running.entries()) if (index % 2 === 1) limit.finish(limited);
  for (const [index, limited] of running.entries()) if (index % 4 === 0) limit.finish(limited);
  await clock.advance(200);
  expect(ended).toEqual(Array.from({ length: 1_250 }, (_, index) => index * 4 + 2));
});

test("the timer goes when nothing runs", async () => {
  const clock = manualClock();
  const limit = new TimeLimit(clock, 100);
  limit.finish(limit.start(() => undefined));
  expect(clock.pendingTimers).toBe(0);
  limit.start(() => undefined);
  limit.stop();
  expect(clock.pendingTimers).toBe(0);
});
