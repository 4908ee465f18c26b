import { expect, test } from "vitest";
import { createLocks, type Grant, type LockError, type RenewOutcome } from "../src/index.ts";
import { faultyProvider, settled, unknownFault } from "./faulty-provider.ts";

const NEVER = new Promise<never>(() => undefined);
const TTL_MS = 3_000;
/** sentAt + ttl − (1 % + 2) − 1 %. */
const DEADLINE_MS = 2_938;

function setUp(options: { readonly renew?: boolean; readonly maxHoldMs?: number } = {}) {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: TTL_MS, ...options });
  return { provider, locks, clock: provider.clock };
}

test("G-03 a lease is renewed at a third of its ttl, again and again", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  await clock.advance(60_000);
  expect(provider.renewals.length).toBeGreaterThanOrEqual(58);
  expect(provider.renewals.length).toBeLessThanOrEqual(61);
  expect(lease.signal.aborted).toBe(false);
  lease.assertValid();
});

test("G-03 a thousand leases are renewed in one batch", async () => {
  const { provider, locks, clock } = setUp();
  for (let index = 0; index < 1_000; index += 1) await locks.acquire(`name ${index}`);
  await clock.advance(1_000);
  expect(provider.renewals.map((batch) => batch.length)).toEqual([1_000]);
});

test("G-12 leases that began one after another are gathered into ten batches a period at most", async () => {
  const { provider, locks, clock } = setUp();
  for (let index = 0; index < 500; index += 1) {
    await locks.acquire(`name ${index}`);
    await clock.advance(2);
  }
  provider.renewals.length = 0;
  await clock.advance(3_000);
  expect(provider.renewals.length).toBeLessThanOrEqual(33);
  expect(provider.renewals.flat().length).toBeGreaterThanOrEqual(1_500);
});

test("G-02 without an answer the signal aborts at the deadline and not after it", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  provider.faults.renew = () => NEVER;
  let abortedAtMs = 0;
  lease.signal.addEventListener("abort", () => {
    abortedAtMs = clock.monotonicMs();
  });
  await clock.advance(10_000);
  expect(abortedAtMs).toBe(DEADLINE_MS);
  expect((lease.signal.reason as LockError).code).toBe("LEASE_LOST");
  expect((lease.signal.reason as LockError).why).toBe("expired");
  expect(lease.validForMs).toBe(0);
});

test("G-02 a signal that is asked for after the loss has aborted already", async () => {
  const { locks, clock } = setUp({ renew: false });
  const lease = await locks.acquire("a");
  await clock.advance(TTL_MS);
  expect(lease.signal.aborted).toBe(true);
});

test("G-02 assertValid throws on its first line when no timer could run", async () => {
  const { locks, clock } = setUp();
  const lease = await locks.acquire("a");
  const { signal } = lease;
  clock.suspend(TTL_MS);
  expect(signal.aborted).toBe(false);
  expect(() => lease.assertValid()).toThrow(expect.objectContaining({ code: "LEASE_LOST" }));
  expect(signal.aborted).toBe(true);
});

test("G-02 a renewal that is answered 'not yours' is a loss at once", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  provider.faults.renew = async () => [{ status: "lost", why: "deleted" }];
  await clock.advance(1_000);
  expect((lease.signal.reason as LockError).why).toBe("deleted");
});

test("G-03 an unanswered renewal is tried again while the validity lasts, and is no loss", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  let left = 2;
  provider.faults.renew = async (_, real) => {
    if (left-- > 0) throw unknownFault();
    return real();
  };
  await clock.advance(2_000);
  expect(provider.renewals.length).toBe(3);
  expect(lease.signal.aborted).toBe(false);
  expect(lease.validForMs).toBeGreaterThan(1_500);
});

test("G-03 a provider that never answers a renewal is asked again, each try bounded", async () => {
  const { provider, locks, clock } = setUp();
  await locks.acquire("a");
  provider.faults.renew = () => NEVER;
  await clock.advance(DEADLINE_MS - 1);
  expect(provider.renewals.length).toBeGreaterThanOrEqual(2);
  expect(provider.renewals.length).toBeLessThanOrEqual(8);
});

test("G-03 an answer that comes late still counts for what it proves", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  let answer: (outcomes: readonly RenewOutcome[]) => void = () => undefined;
  provider.faults.renew = async (_, real) => {
    const outcomes = await real();
    provider.faults.renew = () => NEVER;
    return new Promise((resolve) => {
      answer = () => resolve(outcomes);
    });
  };
  await clock.advance(2_500);
  answer([]);
  await clock.advance(1);
  expect(lease.validForMs).toBe(1_000 + DEADLINE_MS - 2_501);
  delete provider.faults.renew;
  await clock.advance(20_000);
  expect(lease.signal.aborted).toBe(false);
});

test("G-03 a lost lease stays lost when a renewal succeeds after all", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  let answer: () => void = () => undefined;
  provider.faults.renew = (_, real) =>
    new Promise((resolve) => {
      answer = () => resolve(real());
    });
  await clock.advance(DEADLINE_MS);
  answer();
  await clock.advance(10);
  expect(lease.signal.aborted).toBe(true);
  expect((await settled(lease.renew())).error?.code).toBe("LEASE_LOST");
});

test("G-03 a provider that answers fewer renewals than it was asked answered nothing for the rest", async () => {
  const { provider, locks, clock } = setUp();
  await locks.acquire("a");
  const second = await locks.acquire("b");
  provider.faults.renew = async (_, real) => (await real()).slice(0, 1);
  await clock.advance(1_500);
  expect(provider.renewals.map((batch) => batch.length)).toEqual([2, 1]);
  expect(second.signal.aborted).toBe(false);
});

test("G-03 expiry is looked at before renewal, however late the tick", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  clock.suspend(TTL_MS);
  await clock.advance(1_000);
  expect(lease.signal.aborted).toBe(true);
  expect(provider.renewals).toHaveLength(0);
});

test("lease.renew gives the new validity, and joins a renewal in flight", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  await clock.advance(500);
  expect(await Promise.all([lease.renew(), lease.renew()])).toEqual([DEADLINE_MS, DEADLINE_MS]);
  expect(provider.renewals).toHaveLength(1);
});

test("lease.renew rejects BACKEND_UNAVAILABLE with the old deadline standing", async () => {
  const { provider, locks, clock } = setUp({ renew: false });
  const lease = await locks.acquire("a");
  await clock.advance(500);
  provider.faults.renew = async () => [{ status: "unknown", cause: unknownFault() }];
  const { error } = await settled(lease.renew());
  expect([error?.code, error?.outcome]).toEqual(["BACKEND_UNAVAILABLE", "unknown"]);
  expect(lease.validForMs).toBe(DEADLINE_MS - 500);
  await clock.advance(1_000);
  expect(provider.renewals).toHaveLength(1);
});

test("G-09 a lease with renew: false sends no renewal and is given back at its deadline", async () => {
  const { provider, locks, clock } = setUp({ renew: false });
  const lease = await locks.acquire("a");
  await clock.advance(TTL_MS);
  expect(provider.renewals).toHaveLength(0);
  expect(provider.releases).toHaveLength(1);
  expect(await lease.release()).toBe("released");
});

test("maxHoldMs ends the renewals, then the lease at its deadline, with the reason", async () => {
  const { provider, locks, clock } = setUp({ maxHoldMs: 5_000 });
  const lease = await locks.acquire("a");
  await clock.advance(5_100);
  expect(provider.renewals).toHaveLength(4);
  expect((await settled(lease.renew())).error?.code).toBe("LIMIT_EXCEEDED");
  expect(lease.signal.aborted).toBe(false);
  await clock.advance(2_000);
  expect((lease.signal.reason as LockError).why).toBe("max-hold");
  expect(provider.releases).toHaveLength(1);
});

test("G-03 a renewal in flight while the lease is released prolongs nothing", async () => {
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  let answer: () => void = () => undefined;
  provider.faults.renew = (_, real) =>
    new Promise((resolve) => {
      answer = () => resolve(real());
    });
  const renewal = settled(lease.renew());
  expect(await lease.release()).toBe("released");
  answer();
  expect((await renewal).error?.code).toBe("LEASE_LOST");
  await clock.advance(60_000);
  expect(provider.renewals).toHaveLength(1);
  expect((await locks.inspect("a")).held).toBe(false);
});

test("G-02 a loss that only the provider can see ends the lease at once", async () => {
  const provider = faultyProvider();
  let tell: (why: string) => void = () => undefined;
  const locks = createLocks({
    provider: {
      ...provider,
      onLoss(listener) {
        tell = (why) =>
          listener({ name: "a", holderId: provider.acquires[0]?.holderId ?? "", why });
        return { [Symbol.dispose]: () => undefined };
      },
    },
  });
  const lease = await locks.acquire("a");
  tell("session ended");
  expect((lease.signal.reason as LockError).why).toBe("session ended");
  expect(await lease.release()).toBe("absent");
});

test("G-03 an heir inside the process is renewed although the holder before reached maxHoldMs", async () => {
  const { locks, clock } = setUp();
  const first = await locks.acquire("a", { maxHoldMs: 500 });
  const second = locks.acquire("a");
  await clock.advance(1_200);
  await first.release();
  const heir = await second;
  await clock.advance(60_000);
  expect(heir.signal.aborted).toBe(false);
});

test("G-03 a lease that may rely on little of its ttl is still renewed in time", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 1_000, driftMs: 300, marginMs: 500 });
  const lease = await locks.acquire("a");
  await provider.clock.advance(10_000);
  expect(lease.signal.aborted).toBe(false);
});

test("G-03 a first claim that is shorter than the ttl is renewed at a third of it, to the ttl", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = (_, real) => ({ ...real(), validMs: 600 }) as Grant;
  const lease = await locks.acquire("a");
  await clock.advance(199);
  expect(provider.renewals).toHaveLength(0);
  await clock.advance(1);
  expect(provider.renewals).toHaveLength(1);
  expect(lease.validForMs).toBe(DEADLINE_MS);
  await clock.advance(999);
  expect(provider.renewals).toHaveLength(1);
});
