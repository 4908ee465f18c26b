import { expect, test } from "vitest";
import {
  createLocks,
  type Grant,
  type Lease,
  type ManualClock,
  manualClock,
  memory,
} from "../src/index.ts";
import { faultyProvider } from "./faulty-provider.ts";

/** Queues `count` short uses of one lock and returns their tokens in the order they ran. */
async function tokensOf(
  locks: ReturnType<typeof createLocks>,
  count: number,
  clock?: ManualClock,
): Promise<readonly bigint[]> {
  const tokens: bigint[] = [];
  const use = async (lease: Lease): Promise<void> => {
    tokens.push(lease.fencingToken ?? -1n);
  };
  const uses = Array.from({ length: count }, () => locks.using("a", use));
  await clock?.advance(1_000);
  await Promise.all(uses);
  return tokens;
}

test("G-04 leases handed on inside the process have larger tokens, and ask the backend nothing", async () => {
  const provider = faultyProvider();
  const tokens = await tokensOf(createLocks({ provider }), 17);
  expect(provider.acquires).toHaveLength(1);
  expect(provider.releases).toHaveLength(1);
  expect(tokens).toEqual(Array.from({ length: 17 }, (_, index) => 64n + BigInt(index)));
});

test("G-04 tokens rise over the limit of hand-offs, when the lock goes back to the backend", async () => {
  const provider = faultyProvider();
  const tokens = await tokensOf(createLocks({ provider, localHandoffMax: 3 }), 10, provider.clock);
  expect(provider.acquires).toHaveLength(3);
  expect(tokens).toEqual(tokens.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(tokens).size).toBe(10);
});

test("localHandoffMax: 0 gives every lease back, and only then is a fair provider fair", async () => {
  const provider = memory();
  const strict = createLocks({ provider, localHandoffMax: 0 });
  expect(strict.capabilities.fair).toBe(true);
  expect(createLocks({ provider }).capabilities.fair).toBe(false);
  const tokens = await tokensOf(strict, 4);
  expect(tokens.map((token) => token % 64n)).toEqual([0n, 0n, 0n, 0n]);
});

test("localHandoffMaxMs bounds a run of hand-offs in time", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, localHandoffMaxMs: 100 });
  const uses = Array.from({ length: 4 }, () =>
    locks.using("a", () => new Promise<void>((resolve) => provider.clock.setTimer(60, resolve))),
  );
  await provider.clock.advance(500);
  await Promise.all(uses);
  expect(provider.acquires).toHaveLength(2);
});

test("a lease with less than half its ttl left goes back instead of being handed on", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 1_000, renew: false });
  const first = await locks.acquire("a");
  const second = locks.acquire("a");
  await provider.clock.advance(600);
  await first.release();
  await provider.clock.advance(50);
  expect((await second).validForMs).toBeGreaterThan(880);
  expect(provider.acquires).toHaveLength(2);
});

test("a lease is handed on only to a waiter that asked for the same ttl and renewal", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const first = await locks.acquire("a");
  const longer = locks.acquire("a", { ttlMs: 20_000 });
  const unrenewed = locks.acquire("a", { renew: false });
  await first.release();
  await provider.clock.advance(50);
  const second = await longer;
  expect(second.ttlMs).toBe(20_000);
  await second.release();
  await provider.clock.advance(50);
  await (await unrenewed).release();
  expect(provider.acquires.map(({ ttlMs, renewable }) => [ttlMs, renewable])).toEqual([
    [10_000, true],
    [20_000, true],
    [10_000, false],
  ]);
});

test("waiters of one process are served in the order they came, whoever leaves between", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const held = await locks.acquire("a");
  const served: number[] = [];
  const controllers = Array.from({ length: 50 }, () => new AbortController());
  const waiters = controllers.map(({ signal }, index) =>
    locks.acquire("a", { signal }).then(
      async (lease) => {
        served.push(index);
        await lease.release();
      },
      () => undefined,
    ),
  );
  for (const [index, controller] of controllers.entries()) if (index % 3 === 0) controller.abort();
  await held.release();
  await provider.clock.advance(1_000);
  await Promise.all(waiters);
  expect(served).toEqual(controllers.map((_, index) => index).filter((index) => index % 3 !== 0));
});

test("a released handle is terminal while its lock lives on with the next holder", async () => {
  const locks = createLocks({ provider: memory() });
  const first = await locks.acquire("a");
  const second = locks.acquire("a");
  expect(await first.release()).toBe("released");
  expect(first.release()).toBe(first.release());
  expect(first.validForMs).toBe(0);
  expect(() => first.assertValid()).toThrow(expect.objectContaining({ why: "released" }));
  await expect(first.renew()).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(first.signal.aborted).toBe(false);
  (await second).assertValid();
  await locks.close();
});

test("G-04 a detached lease goes on under a new handle with a larger token", async () => {
  const provider = memory();
  const locks = createLocks({ provider, fenceBase: 1_000n });
  const elsewhere = createLocks({ provider, fenceBase: 1_000n });
  const first = await locks.acquire("a");
  const ticket = JSON.parse(JSON.stringify(first.detach()));
  expect(() => first.assertValid()).toThrow(expect.objectContaining({ why: "detached" }));
  expect(await first.release()).toBe("absent");
  const adopted = await elsewhere.adopt(ticket);
  expect(adopted.fencingToken).toBe(first.fencingToken + 1n);
  expect(await locks.tryAcquire("a")).toBeUndefined();
  expect((await elsewhere.inspect("a")).fencingToken).toBe(adopted.fencingToken);
  expect(await adopted.release()).toBe("released");
  await expect(elsewhere.adopt(ticket)).rejects.toMatchObject({ code: "LEASE_LOST" });
});

test("G-04 a ticket is adopted once: a second time the lease is not to be had", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  const ticket = (await locks.acquire("a")).detach();
  const adopted = await locks.adopt(ticket);
  await expect(locks.adopt(ticket)).rejects.toMatchObject({ why: "adopted already" });
  adopted.assertValid();
});

test("waiters of a name whose lease was adopted ask nothing until it is released", async () => {
  const provider = faultyProvider();
  const elsewhere = createLocks({ provider });
  const locks = createLocks({ provider });
  const ticket = (await elsewhere.acquire("a")).detach();
  const waiting = locks.acquire("a");
  await provider.clock.advance(500);
  const adopted = await locks.adopt(ticket);
  await provider.clock.advance(100);
  const attempts = provider.acquires.length;
  await provider.clock.advance(5_000);
  expect(provider.acquires).toHaveLength(attempts);
  await adopted.release();
  expect((await waiting).fencingToken).toBe(66n);
});

test("G-02 a machine that slept unseen does not hand a lock on that is over, nor lose the next grant", async () => {
  const clock = manualClock();
  const locks = createLocks({ provider: memory({ clock }), clock, ttlMs: 10_000 });
  const lease = await locks.acquire("a");
  const waiting = locks.acquire("a");
  clock.suspend(60_000);
  await lease.release();
  expect((await waiting).assertValid()).toBeUndefined();
  clock.suspend(60_000);
  expect((await locks.acquire("b")).assertValid()).toBeUndefined();
});

test("G-01 a lease that was granted for less than its ttl is renewed as it is detached", async () => {
  const provider = faultyProvider();
  provider.faults.acquire = (_, real) => ({ ...real(), validMs: 3_000 }) as Grant;
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  const { holderId } = lease.detach();
  expect(provider.renewals).toMatchObject([[{ name: "a", holderId, ttlMs: 10_000 }]]);
  await provider.clock.advance(9_000);
  // Once, and by nobody else.
  expect(provider.renewals).toHaveLength(1);
  const renewed = await locks.acquire("b");
  await renewed.renew();
  renewed.detach();
  expect(provider.renewals).toHaveLength(2);
});

test("closing waits for the renewal of a lease that was detached", async () => {
  const provider = faultyProvider();
  provider.faults.acquire = (_, real) => ({ ...real(), validMs: 3_000 }) as Grant;
  let isAnswered = false;
  provider.faults.renew = (_, real) =>
    new Promise((resolve) => {
      provider.clock.setTimer(100, () => {
        isAnswered = true;
        resolve(real());
      });
    });
  const locks = createLocks({ provider });
  (await locks.acquire("a")).detach();
  const closing = locks.close();
  await provider.clock.advance(100);
  await closing;
  expect(isAnswered).toBe(true);
});
