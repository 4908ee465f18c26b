import { expect, test } from "vitest";
import { createLocks } from "../src/index.ts";
import { faultyProvider, settled } from "./faulty-provider.ts";

const NONSENSE = [undefined, null, 42, "yes", {}];

test.each(NONSENSE)(
  "a tryAcquire that answers %j gave no usable answer, now or later",
  async (answer) => {
    const provider = faultyProvider();
    const locks = createLocks({ provider });
    for (const reply of [() => answer, () => Promise.resolve(answer)]) {
      provider.faults.acquire = reply as never;
      const { error } = await settled(locks.tryAcquire("a"));
      expect([error?.code, error?.outcome]).toEqual(["BACKEND_UNAVAILABLE", "unknown"]);
    }
    delete provider.faults.acquire;
    await provider.clock.advance(100);
    expect(await locks.tryAcquire("a")).toBeDefined();
    await locks.close();
  },
);

test.each(NONSENSE)(
  "a release that answers %j is unknown, and the name lives on",
  async (answer) => {
    const provider = faultyProvider();
    const locks = createLocks({ provider });
    const lease = await locks.acquire("a");
    provider.faults.release = (() => Promise.resolve(answer)) as never;
    expect(await lease.release()).toBe("unknown");
    delete provider.faults.release;
    await provider.clock.advance(2_000);
    expect(await locks.tryAcquire("a")).toBeDefined();
  },
);

test.each(NONSENSE)("a renew that answers %j is an unanswered renewal", async (answer) => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  provider.faults.renew = (() => Promise.resolve(answer)) as never;
  expect((await settled(lease.renew())).error?.code).toBe("BACKEND_UNAVAILABLE");
  lease.assertValid();
});

test("a watch that is never answered delays nobody beyond the backoff", async () => {
  const provider = faultyProvider();
  const holder = createLocks({ provider });
  const watching = { ...provider, watch: () => new Promise<never>(() => undefined) };
  const locks = createLocks({ provider: watching });
  const held = await holder.acquire("a");
  const left = settled(locks.acquire("a", { waitMs: 50 }));
  await provider.clock.advance(50);
  expect((await left).error?.code).toBe("WAIT_TIMEOUT");
  const waiting = settled(locks.acquire("a"));
  await provider.clock.advance(50);
  await held.release();
  await provider.clock.advance(200);
  expect((await waiting).value).toBeDefined();
});

test("no error repeats what a driver said, for drivers repeat their arguments", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  const raw = Object.assign(new Error("EVALSHA canary"), { command: { args: ["canary"] } });
  provider.faults.acquire = () => Promise.reject(raw);
  provider.faults.renew = () => Promise.reject(raw);
  for (const call of [locks.tryAcquire("b"), lease.renew()]) {
    const { error } = await settled(call);
    expect(error?.code).toBe("BACKEND_UNAVAILABLE");
    expect(error?.cause).toBeUndefined();
    expect(error?.message).not.toContain("canary");
  }
});

test("a retry hint of zero makes no hot loop", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  provider.faults.acquire = () => ({ granted: false, why: "held", retryAfterMs: 0 });
  const waiting = settled(locks.acquire("a", { waitMs: 100 }));
  await provider.clock.advance(100);
  expect((await waiting).error?.code).toBe("WAIT_TIMEOUT");
  expect(provider.acquires.length).toBeLessThanOrEqual(101);
});
