import { expect, test } from "vitest";
import { Elapsed } from "../elapsed.ts";
import { manualClock } from "../manual-clock.ts";
import { ClockOffsets } from "./clock-offsets.ts";

/** Members whose clocks differ from ours by these; undefined was never heard. */
function heard(limitMs: number, ...offsets: (number | undefined)[]): ClockOffsets {
  const clock = manualClock();
  const made = new ClockOffsets(new Elapsed(clock), offsets.length, limitMs);
  for (const [member, offset] of offsets.entries()) {
    if (offset !== undefined) made.heard(member, clock.monotonicMs(), offset);
  }
  return made;
}

const ALL = [0, 1, 2];

test("members whose clocks are within the limit of each other agree", () => {
  expect(heard(100, 0, 50, 100).agreeing(ALL)).toEqual(ALL);
  expect(heard(100, undefined, undefined, undefined).agreeing(ALL)).toEqual(ALL);
});

test("of members that disagree, the most that agree have their votes", () => {
  expect([...heard(100, 0, 50, 101).agreeing(ALL)].sort()).toEqual([0, 1]);
  expect([...heard(100, 5_000, 50, 101).agreeing(ALL)].sort()).toEqual([1, 2]);
  expect(heard(100, 0, 200, 400).agreeing(ALL)).toHaveLength(1);
  const five = heard(100, -1_000, 0, 10, 20, 5_000);
  expect([...five.agreeing([0, 1, 2, 3, 4])].sort()).toEqual([1, 2, 3]);
});

test("of three, two that are apart by the very limit agree", () => {
  expect([...heard(100, 0, 100, 5_000).agreeing(ALL)].sort()).toEqual([0, 1]);
});

test("clocks behind ours disagree as those ahead of it do", () => {
  expect(heard(100, -5_000, 0, undefined).agreeing([0, 1])).toHaveLength(1);
  expect(heard(100, -5_000, -5_050, 0).agreeing(ALL)).toHaveLength(2);
});

test("two that are further apart than the limit are not both heard, whichever was first", () => {
  for (const offsets of [
    [0, 101],
    [101, 0],
  ]) {
    expect(heard(100, ...offsets, undefined).agreeing([0, 1])).toHaveLength(1);
    expect(heard(100, ...offsets, undefined).agreeing([0, 2])).toHaveLength(2);
  }
});

test("members that say no time are trusted beside those that do", () => {
  expect([...heard(100, undefined, 0, 9_000).agreeing(ALL)].sort()).toHaveLength(2);
  expect(heard(100, undefined, 0, 9_000).agreeing(ALL)).toContain(0);
});

test("a member is compared by the middle of its request, as the answer took half of it", () => {
  const clock = manualClock();
  const offsets = new ClockOffsets(new Elapsed(clock), 1, 100);
  clock.stall(1_000);
  const sentAtMs = clock.monotonicMs();
  clock.stall(400);
  offsets.heard(0, sentAtMs, 50_000);
  expect(offsets.serverNowMs()).toBe(50_200);
});

test("a clock that was set right agrees again with its next answer", () => {
  const clock = manualClock();
  const offsets = new ClockOffsets(new Elapsed(clock), 3, 100);
  for (const member of ALL) offsets.heard(member, 0, member === 2 ? 5_000 : 0);
  expect([...offsets.agreeing(ALL)].sort()).toEqual([0, 1]);
  expect(offsets.strayMs(2)).toBe(5_000);
  offsets.heard(2, 0, 60);
  expect(offsets.agreeing(ALL)).toEqual(ALL);
  expect(offsets.strayMs(2)).toBe(0);
});

test("a stray is told by its distance from the median, and nobody before anything was heard", () => {
  expect(heard(100, 0, 0, 100).strayMs(2)).toBe(0);
  const offsets = heard(100, 0, 10, -3_600_000, undefined, undefined);
  expect([0, 1, 2, 3].map((member) => offsets.strayMs(member))).toEqual([0, 0, 3_600_000, 0]);
  expect(heard(100, undefined).strayMs(0)).toBe(0);
  expect(heard(100, undefined).serverNowMs()).toBeUndefined();
});
