import { expect, test } from "vitest";
import { createLocks, type Lease, type LockError, noop } from "../src/index.ts";
import { faultyProvider, settled, unknownFault } from "./faulty-provider.ts";

const NEVER = new Promise<never>(() => undefined);

test("G-06 an acquire with an unknown outcome is released by its holderId until it is answered", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  provider.faults.acquire = async (_, real) => {
    real();
    throw unknownFault();
  };
  let left = 2;
  provider.faults.release = (_, real) => (left-- > 0 ? "unknown" : real());
  expect((await settled(locks.tryAcquire("a"))).error?.outcome).toBe("unknown");
  await provider.clock.advance(2_000);
  const [attempt] = provider.acquires;
  expect(provider.releases).toHaveLength(3);
  for (const release of provider.releases) {
    expect([release.holderId, release.inDoubt]).toEqual([attempt?.holderId, true]);
  }
  expect((await locks.inspect("a")).held).toBe(false);
});

test("G-06 each attempt has a new holderId, so a waiter gets past its own ghost", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  let first = true;
  provider.faults.acquire = async (_, real) => {
    const answer = real();
    if (!first) return answer;
    first = false;
    throw unknownFault();
  };
  const waiting = settled(locks.acquire("a"));
  await provider.clock.advance(1_000);
  expect((await waiting).value).toBeDefined();
  expect(new Set(provider.acquires.map(({ holderId }) => holderId)).size).toBe(
    provider.acquires.length,
  );
});

test("G-06 an unknown outcome is given up when its ttl has passed", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 1_000 });
  provider.faults.acquire = () => Promise.reject(unknownFault());
  provider.faults.release = () => Promise.reject(new Error("down"));
  await settled(locks.tryAcquire("a"));
  await provider.clock.advance(5_000);
  const tries = provider.releases.length;
  await provider.clock.advance(60_000);
  expect(provider.releases).toHaveLength(tries);
  expect(await locks.close()).toEqual({ inDoubt: [] });
  expect(provider.clock.pendingTimers).toBe(0);
});

test("G-10 a release that hangs answers unknown in bounded time and goes on in the background", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, releaseTimeoutMs: 800 });
  const lease = await locks.acquire("a");
  let hangs = true;
  provider.faults.release = (_, real) => (hangs ? NEVER : real());
  const releasing = lease.release();
  hangs = false;
  await provider.clock.advance(1_000);
  expect(await releasing).toBe("unknown");
  await provider.clock.advance(100);
  expect((await locks.inspect("a")).held).toBe(false);
});

test("G-10 a release never rejects, whatever the provider does", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  for (const release of [() => Promise.reject(unknownFault()), throwing]) {
    const lease = await locks.acquire("a");
    provider.faults.release = release;
    expect(await lease.release()).toBe("unknown");
    delete provider.faults.release;
    await provider.clock.advance(2_000);
  }
});

function throwing(): never {
  throw new TypeError("broken provider");
}

test("G-10 the work's own error survives a failing release", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  provider.faults.release = () => "unknown";
  const mistake = new Error("the work's own");
  await expect(locks.using("a", () => Promise.reject(mistake))).rejects.toBe(mistake);
  await expect(
    locks.using("b", () => {
      throw mistake;
    }),
  ).rejects.toBe(mistake);
});

test("G-10 a value survives a loss that only the release saw", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  provider.faults.release = () => "absent";
  expect(await locks.using("a", () => 42)).toBe(42);
});

test("G-10 a value of work that outlived its lease is inside the LEASE_LOST", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, renew: false, ttlMs: 1_000 });
  const { error } = await settled(
    locks.using("a", async () => {
      provider.clock.suspend(2_000);
      return 42;
    }),
  );
  expect([error?.code, error?.result, error?.why]).toEqual(["LEASE_LOST", 42, "expired"]);
});

test("G-10 disposing a lease releases it and never throws", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  provider.faults.release = throwing;
  {
    await using lease = await locks.acquire("a");
    lease.assertValid();
  }
  expect(provider.releases.map(({ inDoubt }) => inDoubt)).toEqual([false, true]);
});

test("G-09 close gives back what is held, ends who waits, and leaves no timer", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  const waiting = settled(locks.acquire("a", { waitMs: 60_000 }));
  const working = settled(locks.using("b", untilAborted));
  const { signal } = lease;
  await provider.clock.advance(1);
  expect(await locks.close()).toEqual({ inDoubt: [] });
  expect((await waiting).error?.code).toBe("PROVIDER_CLOSED");
  expect((signal.reason as LockError).code).toBe("PROVIDER_CLOSED");
  expect(await lease.release()).toBe("released");
  expect((await working).error?.code).toBe("LEASE_LOST");
  expect((await settled(locks.acquire("c"))).error?.code).toBe("PROVIDER_CLOSED");
  expect(await locks.close()).toEqual({ inDoubt: [] });
  expect(provider.clock.pendingTimers).toBe(0);
});

async function untilAborted({ signal }: Lease): Promise<number> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  return 1;
}

test("work does not begin on a lease that was lost before it could", async () => {
  const locks = createLocks({ provider: faultyProvider() });
  const working = settled(locks.using("a", () => expect.unreachable()));
  await locks.close();
  expect((await working).error?.code).toBe("LEASE_LOST");
});

test("G-06 close says within its time which names stay in doubt", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  await locks.acquire("held");
  provider.faults.acquire = () => Promise.reject(unknownFault());
  provider.faults.release = () => NEVER;
  await settled(locks.tryAcquire("ghost"));
  const closing = locks.close({ timeoutMs: 300 });
  await provider.clock.advance(300);
  expect([...(await closing).inDoubt].sort()).toEqual(["ghost", "held"]);
});

test("G-06 a grant that arrives after close is given back", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  let answer: () => void = () => undefined;
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => {
      answer = () => resolve(real());
    });
  const waiting = settled(locks.acquire("a"));
  const closing = locks.close();
  expect((await waiting).error?.code).toBe("PROVIDER_CLOSED");
  answer();
  expect(await closing).toEqual({ inDoubt: [] });
  expect(provider.releases).toHaveLength(1);
});

test("noop grants everybody, keeps nobody waiting, and is closed like any other", async () => {
  const locks = createLocks({ provider: noop() });
  const leases = await Promise.all([1, 2, 3].map(() => locks.acquire("a")));
  expect(leases.map((lease) => lease.fencingToken)).toEqual([undefined, undefined, undefined]);
  expect(await leases[0]?.release()).toBe("released");
  expect(await locks.close()).toEqual({ inDoubt: [] });
  expect(leases[1]?.signal.aborted).toBe(true);
});
