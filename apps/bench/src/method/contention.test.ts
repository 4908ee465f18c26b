import { expect, test } from "vitest";
import type { ContenderReply, Tenure } from "../work/contender-work.ts";
import { acquisitionCount, contention } from "./contention.ts";

function tenure(contender: number, grantedUs: number, askedUs = grantedUs - 1000): Tenure {
  return { contender, askedUs, grantedUs, releasedUs: grantedUs + 1000 };
}

function reply(tenures: readonly Tenure[], rest: Partial<ContenderReply> = {}): ContenderReply {
  return {
    tenures,
    unfinishedWaitsUs: [],
    abandonedCount: 0,
    lateCount: 0,
    failureCount: 0,
    ...rest,
  };
}

test("turns of all processes are put on one time line before switches are counted", () => {
  // In time: process 0 contender 0, process 1 contender 0, process 0 contender 1 twice.
  const replies = [
    reply([tenure(0, 10_000), tenure(1, 30_000), tenure(1, 40_000)]),
    reply([tenure(0, 20_000)]),
  ];
  const sample = contention({ replies, seconds: 1, contenders: 2 });
  expect(sample).toMatchObject({
    switchesPerSecond: 2,
    processSwitchesPerSecond: 2,
    acquisitionsPerSecond: 4,
    turnsMin: 0,
    turnsMax: 2,
    processRunMax: 2,
    starved: 1,
    overlaps: 0,
  });
  expect(sample["jain"]).toBeCloseTo(16 / (4 * 6));
});

test("a contender that never got the lock waits as long as the slice", () => {
  const replies = [reply([tenure(0, 10_000)], { unfinishedWaitsUs: [1_000_000], lateCount: 1 })];
  const sample = contention({ replies, seconds: 1, contenders: 2 });
  expect(sample).toMatchObject({ waitP50Ms: 1, waitP50Open: 0, waitP99Ms: 1000, waitP99Open: 1 });
  expect(sample).toMatchObject({ waitMaxMs: 1000, waitMaxOpen: 1, starved: 1 });
});

test("where all long waits ended in the slice, none of them is open", () => {
  const long = tenure(0, 900_000, 100_000);
  const replies = [reply([long, tenure(0, 910_000)], { unfinishedWaitsUs: [5_000] })];
  const sample = contention({ replies, seconds: 1, contenders: 1 });
  expect(sample).toMatchObject({ waitP99Ms: 800, waitP99Open: 0, waitMaxMs: 800, waitMaxOpen: 0 });
});

test("a lease granted before the one in front was given back is an overlap", () => {
  const replies = [reply([tenure(0, 10_000)]), reply([tenure(0, 10_500)])];
  expect(contention({ replies, seconds: 1, contenders: 1 })["overlaps"]).toBe(1);
});

test("acquisitions that emptied the queue count for the server's share and not for the rate", () => {
  const replies = [reply([tenure(0, 10_000)], { lateCount: 3 })];
  expect(acquisitionCount(replies)).toBe(4);
  const sample = contention({ replies, seconds: 1, contenders: 1 });
  expect(sample["acquisitionsPerSecond"]).toBe(1);
});
