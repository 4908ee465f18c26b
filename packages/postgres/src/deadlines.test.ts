import { manualClock } from "@holdfast/core";
import { expect, test } from "vitest";
import { Deadlines } from "./deadlines.ts";

test("G-12 a call ends in its own time, although one before it began anew", async () => {
  const clock = manualClock();
  const deadlines = new Deadlines(clock, 100);
  const ends: [string, number][] = [];
  const call = (name: string): { beganAtMs: number; isSettled: boolean; expire(): void } => ({
    beganAtMs: clock.monotonicMs(),
    isSettled: false,
    expire() {
      this.isSettled = true;
      ends.push([name, clock.monotonicMs()]);
    },
  });
  const first = call("first");
  deadlines.add(first);
  await clock.advance(10);
  deadlines.add(call("second"));
  await clock.advance(80);
  // Its connection was made only now.
  first.beganAtMs = clock.monotonicMs();
  await clock.advance(200);
  expect(ends).toEqual([
    ["second", 110],
    ["first", 190],
  ]);
  expect(clock.pendingTimers).toBe(0);
});
