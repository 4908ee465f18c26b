import { expect, test } from "vitest";
import { Elapsed } from "../elapsed.ts";
import { manualClock } from "../manual-clock.ts";
import { ClockOffsets } from "./clock-offsets.ts";
import { Proposals } from "./proposals.ts";

function made() {
  const clock = manualClock({ wallMs: 1_000_000 });
  const offsets = new ClockOffsets(new Elapsed(clock), 3, 60_000);
  return { clock, offsets, proposals: new Proposals(clock, offsets) };
}

test("a proposal is the time in microseconds, and rises while the time stands or runs back", () => {
  const { clock, proposals } = made();
  expect(proposals.next()).toBe(1_000_000_000n);
  expect(proposals.next()).toBe(1_000_000_001n);
  clock.setWall(5);
  expect(proposals.next()).toBe(1_000_000_002n);
  clock.setWall(2_000_000);
  expect(proposals.next()).toBe(2_000_000_000n);
});

test("a token that was seen is passed", () => {
  const { proposals } = made();
  proposals.seen(7_000_000_000n);
  expect(proposals.next()).toBe(7_000_000_001n);
  proposals.seen(3n);
  expect(proposals.next()).toBe(7_000_000_002n);
});

test("proposals follow the members' clocks once one was heard, whatever the client's says", () => {
  const { clock, offsets, proposals } = made();
  clock.setWall(999_000_000);
  offsets.heard(0, clock.monotonicMs(), 2_000_000);
  expect(proposals.next()).toBe(2_000_000_000n);
  clock.stall(1);
  expect(proposals.next()).toBe(2_000_001_000n);
});
