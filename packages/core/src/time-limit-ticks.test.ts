import { expect, test } from "vitest";
import { manualClock } from "./manual-clock.ts";
import { TimeLimit } from "./time-limit.ts";

function scene(limitMs: number) {
  const clock = manualClock();
  const limit = new TimeLimit(clock, limitMs);
  const ended: [number, string][] = [];
  const start = (name: string) => limit.start(() => ended.push([clock.monotonicMs(), name]));
  return { clock, limit, ended, start };
}

test("work ends nine ticks after it began, a tick being an eighth of the limit, rounded up", async () => {
  for (const [limitMs, endMs] of [
    [80, 90],
    [81, 99],
    [1, 9],
  ] as const) {
    const { clock, ended, start } = scene(limitMs);
    start("a");
    await clock.advance(endMs - 1);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect([ended, clock.pendingTimers]).toEqual([[[endMs, "a"]], 0]);
  }
});

test("work that begins between ticks ends with those of its tick", async () => {
  const { clock, ended, start } = scene(80);
  start("a");
  await clock.advance(5);
  start("b");
  await clock.advance(10);
  start("c");
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(200);
  expect(ended).toEqual([
    [90, "a"],
    [90, "b"],
    [100, "c"],
  ]);
});

test("after a pause the ticks go on with the next work", async () => {
  const { clock, limit, ended, start } = scene(80);
  limit.finish(start("a"));
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(35);
  start("b");
  await clock.advance(89);
  expect(ended).toEqual([]);
  await clock.advance(1);
  expect(ended).toEqual([[125, "b"]]);
});

test("work that is finished out of order is passed over, and its end is nobody's", async () => {
  const { clock, limit, ended, start } = scene(80);
  const [first, second, third] = [start("a"), start("b"), start("c")];
  limit.finish(second);
  await clock.advance(20);
  limit.finish(first);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(70);
  expect(ended).toEqual([[90, "c"]]);
  limit.finish(third);
  expect(clock.pendingTimers).toBe(0);
});

test("a stop drops what runs, and what begins after it is bounded again", async () => {
  const { clock, limit, ended, start } = scene(80);
  const first = start("a");
  start("b");
  limit.finish(first);
  limit.stop();
  start("c");
  await clock.advance(90);
  expect(ended).toEqual([[90, "c"]]);
});
