import { expect, test } from "vitest";
import { createLocks, type LockError } from "../src/index.ts";
import { faultyProvider } from "./faulty-provider.ts";

function setUp(options = {}) {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000, renew: false, ...options });
  return { provider, locks, clock: provider.clock };
}

/** sentAt + ttl − (1 % + 2) − 1 %. */
const DEADLINE_MS = 2_938;

test("G-02 a lease has one signal, which those that asked for it early see abort", async () => {
  const { locks, clock } = setUp();
  const lease = await locks.acquire("a");
  const { signal } = lease;
  expect(lease.signal).toBe(signal);
  await clock.advance(DEADLINE_MS);
  expect(signal.aborted).toBe(true);
  expect(lease.signal).toBe(signal);
});

test("G-02 a lease is over at its very deadline, before any timer could run", async () => {
  const { locks, clock } = setUp();
  const lease = await locks.acquire("a");
  clock.stall(DEADLINE_MS - 1);
  lease.assertValid();
  expect(lease.validForMs).toBe(1);
  clock.stall(1);
  expect(lease.validForMs).toBe(0);
  expect(() => lease.assertValid()).toThrow(/expired/);
  expect((lease.signal.reason as LockError).why).toBe("expired");
});

test("G-02 a handle that was released says nothing of the lease after it", async () => {
  const { locks, clock } = setUp();
  const first = await locks.acquire("a");
  const next = locks.acquire("a");
  await first.release();
  const { signal } = await next;
  clock.stall(DEADLINE_MS);
  expect(() => first.assertValid()).toThrow(/was released/);
  expect(signal.aborted).toBe(false);
});

test("G-02 a lease that was told of its loss keeps its reason", async () => {
  const { provider, locks } = setUp();
  const lease = await locks.acquire("a");
  provider.faults.renew = async () => [{ status: "lost", why: "deleted" }];
  await lease.renew().catch(() => undefined);
  for (const call of [() => lease.renew(), async () => lease.assertValid()]) {
    await expect(call()).rejects.toMatchObject({ why: "deleted", message: /was lost: deleted/ });
  }
  expect(await lease.release()).toBe("absent");
});
