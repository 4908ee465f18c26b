import { expect, test } from "vitest";
import { Elapsed } from "./elapsed.ts";
import { manualClock } from "./manual-clock.ts";

test("G-01 a suspend counts as elapsed once somebody looks at the boot clock", async () => {
  const clock = manualClock();
  const elapsed = new Elapsed(clock);
  await clock.advance(10);
  clock.suspend(5_000);
  expect(elapsed.nowMs()).toBe(10);
  expect(elapsed.nowSampledMs()).toBe(5_010);
  expect(elapsed.nowMs()).toBe(5_010);
});

test("G-01 a wall clock that ran ahead is reason enough to look for a suspend", () => {
  const clock = manualClock();
  const elapsed = new Elapsed(clock);
  clock.suspend(60);
  expect(elapsed.nowWatchfulMs()).toBe(60);
});

test("G-01 a wall clock that was set an hour off, either way, changes nothing", async () => {
  const clock = manualClock();
  const elapsed = new Elapsed(clock);
  clock.setWall(clock.wallMs() + 3_600_000);
  expect(elapsed.nowWatchfulMs()).toBe(0);
  clock.setWall(clock.wallMs() - 7_200_000);
  await clock.advance(5);
  expect(elapsed.nowWatchfulMs()).toBe(5);
});

test("G-01 gaps below 50 ms are rounding, until they add up", () => {
  const clock = manualClock();
  const elapsed = new Elapsed(clock);
  clock.suspend(30);
  expect(elapsed.nowSampledMs()).toBe(0);
  clock.suspend(30);
  expect(elapsed.nowSampledMs()).toBe(60);
});

test("G-01 a reading from before a suspend was noticed does not count it, later ones do", async () => {
  const clock = manualClock();
  const elapsed = new Elapsed(clock);
  await clock.advance(100);
  clock.suspend(5_000);
  await clock.advance(100);
  elapsed.nowSampledMs();
  await clock.advance(100);
  expect([elapsed.at(50), elapsed.at(199), elapsed.at(250)]).toEqual([50, 199, 5_250]);
});

test("so many suspends are told apart, and readings older than them still count too little", async () => {
  const clock = manualClock();
  const elapsed = new Elapsed(clock);
  for (let count = 0; count < 200; count += 1) {
    clock.suspend(100);
    await clock.advance(1);
    elapsed.nowSampledMs();
  }
  expect(elapsed.at(200)).toBe(20_200);
  expect(elapsed.at(150)).toBe(15_150);
});
