import { expect, test } from "vitest";
import { type ManualClock, manualClock } from "../manual-clock.ts";
import { startPatientTimer } from "./patient-timer.ts";

/** A timer of 100 ms, and when it fired. */
function started(delayMs = 100) {
  const clock = manualClock();
  const firedAtMs: number[] = [];
  const timer = startPatientTimer(clock, delayMs, () => firedAtMs.push(clock.monotonicMs()));
  return { clock, timer, firedAtMs };
}

/** Lets the timer fire `lateMs` late. */
async function late(clock: ManualClock, ms: number): Promise<void> {
  clock.stall(ms);
  await clock.advance(0);
}

test("on time, or by less than 5 ms late, it fires once", async () => {
  for (const lateMs of [0, 4]) {
    const { clock, firedAtMs } = started();
    await late(clock, 100 + lateMs);
    await clock.advance(1_000);
    expect(firedAtMs).toEqual([100 + lateMs]);
  }
});

test("5 ms late it waits as long again, and no longer than its delay", async () => {
  for (const [lateMs, thenMs] of [
    [5, 110],
    [60, 220],
    [400, 600],
  ] as const) {
    const { clock, firedAtMs } = started();
    await late(clock, 100 + lateMs);
    expect(firedAtMs).toEqual([]);
    await clock.advance(1_000);
    expect(firedAtMs).toEqual([thenMs]);
  }
});

test("a loop that is always late makes it wait three times longer, not for ever", async () => {
  const { clock, firedAtMs } = started();
  for (let times = 1; times <= 4; times += 1) {
    expect(firedAtMs).toEqual([]);
    await late(clock, 200);
  }
  expect(firedAtMs).toEqual([800]);
});

test("cancelled, before its time or while it waits longer, it never fires", async () => {
  for (const lateMs of [0, 160]) {
    const { clock, timer, firedAtMs } = started();
    await late(clock, lateMs);
    timer.cancel();
    await clock.advance(1_000);
    expect([firedAtMs, clock.pendingTimers]).toEqual([[], 0]);
  }
});
