import { describe, expect, test } from "vitest";
import { createLocks, type LocksOptions, systemRandom } from "../src/index.ts";
import { faultyProvider, refusedConnection, settled } from "./faulty-provider.ts";

/** Who waits asks each 10 ms. */
async function setUp(options: Partial<LocksOptions> = {}) {
  const provider = faultyProvider();
  const { clock } = provider;
  const random = { holderId: () => systemRandom.holderId(), fraction: () => 0 };
  const backoff = { backoffMsMin: 10, backoffMsMax: 10 };
  const locks = createLocks({ provider, random, ...backoff, ttlMs: 3_000, ...options });
  await clock.advance(5_000);
  const fail = (): void => {
    provider.faults.acquire = () => Promise.reject(refusedConnection());
  };
  const refuse = (): void => {
    provider.faults.acquire = () => ({ granted: false, why: "held" });
  };
  /** The time, in milliseconds from now, at which this wait ends. */
  const endOf = (waiting: Promise<unknown>): Promise<number> => {
    const startMs = clock.monotonicMs();
    return settled(waiting).then(() => clock.monotonicMs() - startMs);
  };
  return { provider, clock, locks, fail, refuse, endOf };
}

describe("patience with a backend that does not answer", () => {
  test.each([
    [{ unavailableMs: 1_000 }, 1_000],
    [{}, 3_000],
  ])("ends at its very time, by default the ttl: %j", async (options, patienceMs) => {
    const { clock, locks, fail, endOf } = await setUp(options);
    fail();
    const waiting = locks.acquire("a");
    const ended = endOf(waiting);
    await clock.advance(patienceMs + 100);
    expect(await ended).toBe(patienceMs);
    expect((await settled(waiting)).error?.code).toBe("BACKEND_UNAVAILABLE");
  });

  test("begins anew when the backend answered, however often it fails in between", async () => {
    const { clock, locks, fail, refuse, endOf } = await setUp({ unavailableMs: 1_000 });
    fail();
    const ended = endOf(locks.acquire("a"));
    for (const atMs of [605, 1_205]) {
      await clock.advance(atMs - (clock.monotonicMs() - 5_000));
      refuse();
      await clock.advance(10);
      fail();
    }
    // The fault of 1,220 is the first of the last row.
    await clock.advance(2_000);
    expect(await ended).toBe(2_220);
  });

  test("is each waiter's own", async () => {
    const { clock, locks, fail, endOf } = await setUp({ unavailableMs: 1_000 });
    fail();
    const first = endOf(locks.acquire("a"));
    await clock.advance(405);
    const second = endOf(locks.acquire("a"));
    await clock.advance(2_000);
    expect([await first, await second]).toEqual([1_000, 1_005]);
  });
});

describe("an answer that comes when nobody waits any more", () => {
  test.each(["held", "no-quorum", "abstaining"] as const)(
    "is passed over, and the next is asked for as ever: %s",
    async (why) => {
      const { provider, clock, locks } = await setUp();
      provider.faults.acquire = () =>
        new Promise((resolve) => {
          void clock.setTimer(20, () => resolve({ granted: false, why }));
        });
      const waiting = settled(locks.acquire("a", { waitMs: 10 }));
      await clock.advance(20);
      expect((await waiting).error?.code).toBe("WAIT_TIMEOUT");
      delete provider.faults.acquire;
      expect((await settled(locks.acquire("a"))).error).toBeUndefined();
    },
  );

  test("is no reason to delay whoever came meanwhile", async () => {
    const { provider, clock, locks } = await setUp();
    provider.faults.acquire = ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          void clock.setTimer(20, () => reject(refusedConnection()));
        });
      });
    const first = settled(locks.acquire("a", { waitMs: 10 }));
    await clock.advance(10);
    await first;
    const second = settled(locks.acquire("a"));
    delete provider.faults.acquire;
    await clock.advance(20);
    expect((await second).error).toBeUndefined();
    expect(provider.acquires).toHaveLength(2);
  });
});

test("a grant that fits nobody is given back, and the lock asked for again at once", async () => {
  const { provider, clock, locks } = await setUp();
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => void clock.setTimer(20, () => resolve(real())));
  const first = settled(locks.acquire("a", { waitMs: 10 }));
  const second = settled(locks.acquire("a", { ttlMs: 4_000 }));
  await clock.advance(10);
  await first;
  await clock.advance(10);
  expect(provider.acquires.map(({ ttlMs }) => ttlMs)).toEqual([3_000, 4_000]);
  await clock.advance(20);
  expect((await second).error).toBeUndefined();
});

test("one attempt may take its time, whatever time there is to wait", async () => {
  const { provider, clock, locks } = await setUp();
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => void clock.setTimer(20, () => resolve(real())));
  const once = settled(locks.acquire("a", { waitMs: 0 }));
  await clock.advance(20);
  expect((await once).error).toBeUndefined();
});

test("one attempt that was sure to change nothing is so told, and one that hangs is not", async () => {
  const { locks, fail } = await setUp();
  fail();
  const { error } = await settled(locks.acquire("a", { waitMs: 0 }));
  expect(error).toMatchObject({ code: "WAIT_TIMEOUT", outcome: "not-applied" });
});
