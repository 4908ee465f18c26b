import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { Elapsed } from "./elapsed.ts";
import { manualClock } from "./manual-clock.ts";

/** A clock that has run for a while, and tells how often the boot clock was read. */
async function setUp() {
  const clock = manualClock();
  await clock.advance(1_000);
  const reads = { boot: 0 };
  const counting: Clock = {
    monotonicMs: () => clock.monotonicMs(),
    wallMs: () => clock.wallMs(),
    bootMs: () => {
      reads.boot += 1;
      return clock.bootMs();
    },
    setTimer: (...call) => clock.setTimer(...call),
  };
  const elapsed = new Elapsed(counting);
  reads.boot = 0;
  return { clock, reads, elapsed };
}

test("elapsed time begins where the monotonic clock stands", async () => {
  const { elapsed } = await setUp();
  const readings = [elapsed.nowMs(), elapsed.nowWatchfulMs(), elapsed.nowSampledMs()];
  expect([...readings, elapsed.at(400)]).toEqual([1_000, 1_000, 1_000, 400]);
});

test("the boot clock is read only when the wall clock moved away by 50 ms, and once for each time", async () => {
  const { clock, reads, elapsed } = await setUp();
  await clock.advance(500);
  clock.setWall(clock.wallMs() + 49);
  elapsed.nowWatchfulMs();
  expect(reads.boot).toBe(0);
  clock.setWall(clock.wallMs() + 1);
  elapsed.nowWatchfulMs();
  elapsed.nowWatchfulMs();
  expect(reads.boot).toBe(1);
  clock.setWall(clock.wallMs() - 50);
  elapsed.nowWatchfulMs();
  expect(reads.boot).toBe(2);
});

test("a suspend of 50 ms is one, and counts in every reading from then on", async () => {
  const { clock, reads, elapsed } = await setUp();
  clock.suspend(50);
  expect(elapsed.nowWatchfulMs()).toBe(1_050);
  await clock.advance(10);
  expect([elapsed.nowWatchfulMs(), elapsed.nowMs(), reads.boot]).toEqual([1_060, 1_060, 1]);
});

test("a suspend is noticed once, however often somebody looks", async () => {
  const { clock, elapsed } = await setUp();
  clock.suspend(100);
  for (let count = 0; count < 100; count += 1) {
    await clock.advance(1);
    elapsed.nowSampledMs();
  }
  // As many notices would have pushed the first out, and this reading is from before it.
  expect(elapsed.at(999)).toBe(999);
});

test("sixty-four suspends are told apart, the first is forgotten with the next", async () => {
  const { clock, elapsed } = await setUp();
  for (let count = 0; count < 64; count += 1) {
    clock.suspend(100);
    await clock.advance(1);
    elapsed.nowSampledMs();
  }
  expect(elapsed.at(1_000)).toBe(1_000);
  clock.suspend(100);
  elapsed.nowSampledMs();
  // Whatever is older than what is known counts as after the first: too little, and never too much.
  expect([elapsed.at(1_000), elapsed.at(1_002)]).toEqual([1_100, 1_202]);
});
