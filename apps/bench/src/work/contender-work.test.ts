import { setTimeout as sleepMs } from "node:timers/promises";
import { expect, test } from "vitest";
import { hostUs } from "../host-clock.ts";
import { asyncMutex } from "../strategies/async-mutex.ts";
import type { LockClient } from "../strategy.ts";
import { contenderWork } from "./contender-work.ts";

const SLICE_US = 2_000;
/** The end of a slice can fall between any two steps; many short slices find most of them. */
const SLICE_COUNT = 50;

test("whatever moment a slice ends at, nobody asked after it and no wait is negative", async () => {
  const client = await asyncMutex.open({ urls: [] });
  for (let slice = 0; slice < SLICE_COUNT; slice += 1) {
    const fromUs = hostUs();
    const untilUs = fromUs + SLICE_US;
    const request = { name: "bench", contenders: 8, holdMs: 0, fromUs, untilUs };
    const { tenures, unfinishedWaitsUs, failureCount } = await contenderWork(client, request);
    expect(failureCount).toBe(0);
    expect(unfinishedWaitsUs.every((waitUs) => waitUs > 0)).toBe(true);
    for (const { askedUs, grantedUs, releasedUs } of tenures) {
      expect(askedUs).toBeLessThan(untilUs);
      expect(askedUs).toBeLessThanOrEqual(grantedUs);
      expect(grantedUs).toBeLessThanOrEqual(Math.min(releasedUs, untilUs));
    }
  }
});

test("an acquire that rejects is a failure and the contender goes on", async () => {
  const fromUs = hostUs();
  let calls = 0;
  const client = {
    acquire: async () => {
      calls += 1;
      if (calls === 1) throw new Error("refused");
    },
    release: () => undefined,
    close: async () => {},
  };
  const untilUs = fromUs + 50_000;
  const request = { name: "bench", contenders: 1, holdMs: 1, fromUs, untilUs };
  const reply = await contenderWork(client, request);
  expect(reply.failureCount).toBe(1);
  expect(reply.tenures.length).toBeGreaterThan(0);
});

/** Rejects the first `refusals` calls, each after `refusalMs`. */
function refusing(refusals: number, refusalMs: number): LockClient {
  let calls = 0;
  return {
    acquire: async () => {
      calls += 1;
      if (calls > refusals) return;
      await sleepMs(refusalMs);
      throw new Error("refused");
    },
    release: () => undefined,
    close: async () => {},
  };
}

test("a wait goes on through acquires that reject, from the first ask to the grant", async () => {
  const fromUs = hostUs();
  const request = { name: "bench", contenders: 1, holdMs: 1, fromUs, untilUs: fromUs + 500_000 };
  const { tenures, failureCount } = await contenderWork(refusing(2, 30), request);
  expect(failureCount).toBe(2);
  const waitsUs = tenures.map(({ askedUs, grantedUs }) => grantedUs - askedUs);
  expect(waitsUs[0]).toBeGreaterThan(60_000);
  // The next wait is one of its own.
  expect(waitsUs[1]).toBeLessThan(60_000);
});

test("waits of which every acquire rejected last until the end of the slice", async () => {
  const fromUs = hostUs();
  const request = { name: "bench", contenders: 2, holdMs: 1, fromUs, untilUs: fromUs + 100_000 };
  const never = refusing(Number.POSITIVE_INFINITY, 5);
  const { tenures, unfinishedWaitsUs, abandonedCount } = await contenderWork(never, request);
  expect(tenures).toEqual([]);
  expect(abandonedCount).toBe(0);
  expect(unfinishedWaitsUs).toHaveLength(2);
  for (const waitUs of unfinishedWaitsUs) expect(waitUs).toBeGreaterThan(50_000);
});

test("a contender that is never granted is left behind, with the wait that it had", async () => {
  let calls = 0;
  const client = {
    acquire: () => {
      calls += 1;
      return calls > 1 ? new Promise<void>(() => {}) : Promise.resolve();
    },
    release: () => undefined,
    close: async () => {},
  };
  const fromUs = hostUs();
  const request = { name: "bench", contenders: 3, holdMs: 1, fromUs, untilUs: fromUs + 20_000 };
  const reply = await contenderWork(client, request);
  expect(reply).toMatchObject({ abandonedCount: 3, lateCount: 0, failureCount: 0 });
  expect(reply.tenures).toHaveLength(1);
  expect(reply.unfinishedWaitsUs).toHaveLength(3);
  for (const waitUs of reply.unfinishedWaitsUs) expect(waitUs).toBeGreaterThan(0);
});
