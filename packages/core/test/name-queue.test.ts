import { describe, expect, test } from "vitest";
import { createLocks, type LockError, type LocksOptions } from "../src/index.ts";
import { faultyProvider, settled } from "./faulty-provider.ts";

function setUp(options: Partial<LocksOptions> = {}) {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 1_000, renew: false, ...options });
  return { provider, locks, clock: provider.clock };
}

/** Whether a lease that is held so long goes to the next waiter inside the process. */
async function isHandedOn(holdMs: number, options: Partial<LocksOptions>): Promise<boolean> {
  const { provider, locks, clock } = setUp(options);
  const first = await locks.acquire("a");
  const second = locks.acquire("a");
  await clock.advance(holdMs);
  await first.release();
  const isWithout = provider.releases.length === 0;
  await clock.advance(200);
  await (await second).release();
  return isWithout;
}

describe("a hand-off inside the process", () => {
  test("needs half of the ttl to be left, as it is relied on", async () => {
    // The deadline is 1,000 less 12 of drift and 10 of margin.
    expect(await isHandedOn(478, {})).toBe(true);
    expect(await isHandedOn(479, {})).toBe(false);
  });

  test("is bounded in time, by the ttl where nothing is said", async () => {
    const renewed = { renew: true, ttlMs: 3_000 };
    expect(await isHandedOn(2_999, renewed)).toBe(true);
    expect(await isHandedOn(3_000, renewed)).toBe(false);
    expect(await isHandedOn(99, { localHandoffMaxMs: 100 })).toBe(true);
    expect(await isHandedOn(100, { localHandoffMaxMs: 100 })).toBe(false);
    expect(await isHandedOn(0, { localHandoffMaxMs: 0 })).toBe(false);
  });

  test("counts its time from the grant, however often it was passed on", async () => {
    const { provider, locks, clock } = setUp({ localHandoffMaxMs: 100 });
    const waits = [1, 2, 3].map(() => locks.acquire("a"));
    const [first, second] = waits;
    await clock.advance(60);
    await (await first)?.release();
    await clock.advance(40);
    await (await second)?.release();
    expect(provider.releases).toHaveLength(1);
    await clock.advance(200);
    await Promise.all(waits);
  });

  test("is asked for half of a claim that is shorter than the ttl", async () => {
    const { provider, locks, clock } = setUp();
    provider.faults.acquire = (_, real) => ({ ...real(), validMs: 400 });
    const first = await locks.acquire("a");
    const second = locks.acquire("a");
    // It ends at 400 less 6 and 5; half of the claim is 200.
    await clock.advance(189);
    await first.release();
    expect(provider.releases).toHaveLength(0);
    await (await second).release();
    const third = await locks.acquire("b");
    const fourth = locks.acquire("b");
    await clock.advance(190);
    await third.release();
    expect(provider.releases).toHaveLength(2);
    await clock.advance(200);
    await fourth;
  });

  test("starts the new holder's own time", async () => {
    const { locks, clock } = setUp({ renew: true, ttlMs: 3_000, localHandoffMaxMs: 60_000 });
    const first = await locks.acquire("a", { maxHoldMs: 2_000 });
    const second = locks.acquire("a", { maxHoldMs: 5_000 });
    await clock.advance(1_000);
    await first.release();
    const lease = await second;
    await clock.advance(4_999);
    await lease.renew();
    await clock.advance(1);
    expect((await settled(lease.renew())).error?.code).toBe("LIMIT_EXCEEDED");
  });
});

describe("a name", () => {
  test("is busy while its release is on its way, and asks when that is answered", async () => {
    const { provider, locks, clock } = setUp();
    const lease = await locks.acquire("a");
    let answer: () => void = () => undefined;
    provider.faults.release = (_, real) =>
      new Promise((resolve) => {
        answer = () => resolve(real());
      });
    const released = lease.release();
    expect(await locks.tryAcquire("a")).toBeUndefined();
    const next = locks.acquire("a");
    expect(provider.acquires).toHaveLength(1);
    answer();
    expect(await released).toBe("released");
    await clock.advance(100);
    expect((await next).fencingToken).toBe(128n);
  });

  test("is busy while a request is under way for which nobody waits any more", async () => {
    const { provider, locks, clock } = setUp();
    let answer: () => void = () => undefined;
    provider.faults.acquire = (_, real) =>
      new Promise((resolve) => {
        answer = () => resolve(real());
      });
    const left = settled(locks.acquire("a", { waitMs: 10 }));
    await clock.advance(10);
    await left;
    expect(await locks.tryAcquire("a")).toBeUndefined();
    answer();
    await clock.advance(1);
    delete provider.faults.acquire;
    expect(await locks.tryAcquire("a")).toBeDefined();
  });

  test("whose release nobody answered is asked for again all the same", async () => {
    const { provider, locks, clock } = setUp();
    const lease = await locks.acquire("a");
    const next = locks.acquire("a", { ttlMs: 900 });
    provider.faults.release = () => {
      delete provider.faults.release;
      return "unknown";
    };
    expect(await lease.release()).toBe("unknown");
    await clock.advance(500);
    expect((await next).ttlMs).toBe(900);
    expect(provider.releases.map(({ inDoubt }) => inDoubt)).toEqual([false, true]);
  });

  test("whose lease is lost is asked for again at once", async () => {
    const { provider, locks } = setUp();
    const lease = await locks.acquire("a");
    const next = locks.acquire("a");
    await provider.inner.breakLock?.("a", { incarnation: "any" });
    expect((await settled(lease.renew())).error?.code).toBe("LEASE_LOST");
    expect((await next).fencingToken).toBe(128n);
    expect(await lease.release()).toBe("absent");
    expect(provider.releases).toHaveLength(0);
  });

  test("whose lease is detached is asked for again, and refused by it", async () => {
    const { provider, locks, clock } = setUp();
    const lease = await locks.acquire("a");
    const next = settled(locks.acquire("a", { waitMs: 50 }));
    lease.detach();
    await clock.advance(50);
    expect((await next).error?.code).toBe("WAIT_TIMEOUT");
    expect(provider.acquires.length).toBeGreaterThan(1);
    expect(provider.releases).toHaveLength(0);
  });

  test("that was taken over from elsewhere ends the lease it had here", async () => {
    const { provider, locks } = setUp();
    const elsewhere = createLocks({ provider, ttlMs: 1_000 });
    const lease = await locks.acquire("a");
    await provider.inner.breakLock?.("a", { incarnation: "any" });
    const ticket = (await elsewhere.acquire("a")).detach();
    const adopted = await locks.adopt(ticket);
    expect((lease.signal.reason as LockError).why).toBe("adopted elsewhere");
    adopted.assertValid();
    expect([adopted.fencingToken, ticket.localIndex]).toEqual([129n, 0]);
    expect(await lease.release()).toBe("absent");
    expect(await adopted.release()).toBe("released");
  });

  test("that is renewed by hand tells its new validity, and a ticket what it needs", async () => {
    const { provider, locks, clock } = setUp();
    provider.faults.acquire = (_, real) => ({ ...real(), state: "its own" });
    const lease = await locks.acquire("a", { ttlMs: 1_000 });
    await clock.advance(100);
    expect(await lease.renew()).toBe(978);
    expect(provider.renewals.flat()[0]).toMatchObject({ state: "its own" });
    const { holderId } = provider.acquires[0] ?? {};
    expect(lease.detach()).toEqual({
      version: 1,
      name: "a",
      holderId,
      localIndex: 0,
      ttlMs: 1_000,
      renewable: false,
      serverToken: "1",
      state: "its own",
    });
  });

  test("without tokens and state has a ticket without them", async () => {
    const { provider, locks } = setUp();
    provider.faults.acquire = (_, real) => ({ ...real(), fencingToken: undefined });
    const ticket = (await locks.acquire("a")).detach();
    expect(Object.keys(ticket).sort()).toEqual(
      ["version", "name", "holderId", "localIndex", "ttlMs", "renewable"].sort(),
    );
    provider.faults.renew = async () => [
      { status: "renewed", sentAtMs: 0, validMs: 1_000, fencingToken: undefined },
    ];
    expect((await locks.adopt(ticket)).fencingToken).toBeUndefined();
  });
});

describe("closing", () => {
  test("answers when the release it sent was answered", async () => {
    const { provider, locks, clock } = setUp();
    await locks.acquire("a");
    provider.faults.release = (_, real) =>
      new Promise((resolve) => void clock.setTimer(300, () => resolve(real())));
    let isClosed = false;
    const closing = locks.close().then(() => {
      isClosed = true;
    });
    await clock.advance(299);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
  });

  test("answers when the request under way was answered, and gives back what it granted", async () => {
    const { provider, locks, clock } = setUp();
    provider.faults.acquire = (_, real) =>
      new Promise((resolve) => void clock.setTimer(300, () => resolve(real())));
    const waits = [1, 2].map(() => settled(locks.acquire("a")));
    let isClosed = false;
    const closing = locks.close().then(() => {
      isClosed = true;
    });
    expect((await Promise.all(waits)).map(({ error }) => error?.code)).toEqual([
      "PROVIDER_CLOSED",
      "PROVIDER_CLOSED",
    ]);
    await clock.advance(299);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(provider.releases).toHaveLength(1);
  });
});
