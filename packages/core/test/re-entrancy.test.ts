import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { createLocks, type Lease } from "../src/index.ts";
import { faultyProvider, settled } from "./faulty-provider.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function onEvent(channel: string, listener: () => void): void {
  const heard = (): void => listener();
  subscribe(channel, heard);
  ends.push(() => unsubscribe(channel, heard));
}

test("G-01 a subscriber that releases a lost lease hands nothing on", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000 });
  const lease = await locks.acquire("a");
  onEvent("holdfast:lost", () => void lease.release());
  const next = settled(locks.acquire("a"));
  provider.faults.renew = async () => [{ status: "lost", why: "deleted" }];
  await provider.clock.advance(5_000);
  expect(lease.validForMs).toBe(0);
  expect((await next).error).toBeUndefined();
  expect(new Set(provider.acquires.map(({ holderId }) => holderId)).size).toBeGreaterThan(1);
});

test.each(["holdfast:granted", "holdfast:released"])(
  "G-09 a waiter that is aborted by a subscriber of %s costs nobody the lock",
  async (channel) => {
    const provider = faultyProvider();
    const locks = createLocks({ provider });
    const held = await locks.acquire("a");
    const controller = new AbortController();
    const second = settled(locks.acquire("a", { signal: controller.signal }));
    const third = locks.acquire("a");
    onEvent(channel, () => controller.abort());
    await held.release();
    await provider.clock.advance(1_000);
    await second;
    await (await third).release();
    await provider.clock.advance(1_000);
    expect((await locks.inspect("a")).held).toBe(false);
  },
);

test("a lease that is lost while others are due is not renewed with them", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000 });
  const unrenewed = await locks.acquire("a", { renew: false, ttlMs: 1_020 });
  const renewed: Lease = await locks.acquire("b");
  unrenewed.signal.addEventListener("abort", () => void renewed.release());
  provider.clock.stall(1_005);
  await provider.clock.advance(10);
  expect(provider.renewals).toHaveLength(0);
  expect((await locks.inspect("b")).held).toBe(false);
});

test("G-05 printing a lease shows no holderId", async () => {
  const provider = faultyProvider();
  const lease = await createLocks({ provider }).acquire("a");
  const holderId = provider.acquires[0]?.holderId ?? "none";
  expect(inspect(lease, { depth: 9, showHidden: true })).not.toContain(holderId);
  expect(JSON.stringify({ ...lease })).not.toContain(holderId);
});
