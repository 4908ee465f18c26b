import { expect, test } from "vitest";
import { manualClock } from "../manual-clock.ts";
import { memory } from "../memory/memory-provider.ts";
import type { ReleaseOutcome, TurnQueue } from "../provider.ts";
import { resolveQuorum } from "./quorum-options.ts";
import { TurnPlace } from "./turn-place.ts";

const TURN = { name: "a", holderId: "mine", ttlMs: 3_000, inDoubt: false };

/** A place whose queue answers releases as the test says. */
function scene() {
  const clock = manualClock();
  const sentAtMs: number[] = [];
  const queue: { answer: () => Promise<ReleaseOutcome> } = { answer: async () => "unknown" };
  const turns: TurnQueue = {
    name: "turns",
    enqueue: () => new Promise(() => undefined),
    renew: async () => [],
    release() {
      sentAtMs.push(clock.monotonicMs());
      return queue.answer();
    },
  };
  const place = new TurnPlace(turns, resolveQuorum([memory({ clock })], {}));
  return { clock, sentAtMs, queue, place };
}

test("a turn is given back until that is answered, and the place is drained then", async () => {
  const { clock, sentAtMs, queue, place } = scene();
  place.release(TURN);
  let isDrained = false;
  void place.drained().then(() => {
    isDrained = true;
  });
  await clock.advance(500);
  expect([sentAtMs.length > 1, isDrained]).toEqual([true, false]);
  queue.answer = async () => "released";
  await clock.advance(1_000);
  expect([isDrained, clock.pendingTimers]).toEqual([true, 0]);
});

test("a release that nobody answers is sent again after a second", async () => {
  const { clock, sentAtMs, queue, place } = scene();
  queue.answer = () => new Promise(() => undefined);
  place.release(TURN);
  await clock.advance(1_000);
  expect(sentAtMs).toEqual([0]);
  await clock.advance(200);
  expect(sentAtMs).toHaveLength(2);
  place.stop();
});

test("a place that stops gives nothing back any more, and leaves no timer", async () => {
  for (const answer of [
    async (): Promise<ReleaseOutcome> => "unknown",
    () => new Promise<never>(() => undefined),
  ]) {
    const { clock, sentAtMs, queue, place } = scene();
    queue.answer = answer;
    place.release(TURN);
    await clock.advance(0);
    place.stop();
    await place.drained();
    await clock.advance(5_000);
    expect([sentAtMs, clock.pendingTimers]).toEqual([[0], 0]);
  }
});
