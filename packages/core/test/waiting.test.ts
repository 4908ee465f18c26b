import { expect, test } from "vitest";
import {
  createLocks,
  type Grant,
  LockError,
  type Locks,
  manualClock,
  memory,
  systemRandom,
} from "../src/index.ts";
import { faultyProvider, refusedConnection, settled, unknownFault } from "./faulty-provider.ts";

function setUp() {
  const provider = faultyProvider();
  const holder = createLocks({ provider });
  const locks = createLocks({ provider });
  return { provider, holder, locks, clock: provider.clock };
}

test("G-07 a waiter is granted within one delay after another process released", async () => {
  const { holder, locks, clock } = setUp();
  const held = await holder.acquire("a");
  const waiting = settled(locks.acquire("a"));
  await clock.advance(1_000);
  await held.release();
  await clock.advance(250);
  expect((await waiting).value).toBeDefined();
});

test("acquire rejects WAIT_TIMEOUT when waitMs passed, and leaves nothing behind", async () => {
  const { holder, locks, clock } = setUp();
  await holder.acquire("a", { renew: false });
  const waiting = settled(locks.acquire("a", { waitMs: 500 }));
  await clock.advance(500);
  const { error } = await waiting;
  expect([error?.code, error?.outcome]).toEqual(["WAIT_TIMEOUT", "not-applied"]);
  await holder.close();
  await locks.close();
  expect(clock.pendingTimers).toBe(0);
});

test("waitMs: 0 is one attempt, then WAIT_TIMEOUT", async () => {
  const { provider, holder, locks } = setUp();
  await (await locks.acquire("a", { waitMs: 0 })).release();
  await holder.acquire("a");
  provider.acquires.length = 0;
  expect((await settled(locks.acquire("a", { waitMs: 0 }))).error?.code).toBe("WAIT_TIMEOUT");
  expect(provider.acquires).toHaveLength(1);
});

test("waitMs: 0 on a fault says so in the cause", async () => {
  const { provider, locks } = setUp();
  provider.faults.acquire = () => Promise.reject(refusedConnection());
  const { error } = await settled(locks.acquire("a", { waitMs: 0 }));
  expect(error?.code).toBe("WAIT_TIMEOUT");
  expect(error?.cause).toMatchObject({ code: "BACKEND_UNAVAILABLE" });
});

test("an aborted signal sends nothing, and an abort ends the wait at once", async () => {
  const { provider, holder, locks } = setUp();
  const reason = new Error("enough");
  const given = await settled(locks.acquire("a", { signal: AbortSignal.abort(reason) }));
  expect([given.error?.code, given.error?.cause]).toEqual(["ABORTED", reason]);
  expect(provider.acquires).toHaveLength(0);
  await holder.acquire("a");
  const controller = new AbortController();
  const waiting = settled(locks.acquire("a", { signal: controller.signal }));
  controller.abort(reason);
  expect((await waiting).error?.cause).toBe(reason);
});

test("an abort in the tick of the grant wins, and the lock is free again", async () => {
  const { provider, locks, clock } = setUp();
  const controller = new AbortController();
  provider.faults.acquire = (_, real) => {
    controller.abort();
    return real();
  };
  const { error } = await settled(locks.acquire("a", { signal: controller.signal }));
  expect(error?.code).toBe("ABORTED");
  await clock.advance(10);
  expect((await locks.inspect("a")).held).toBe(false);
});

test("G-06 a grant that comes after its waiter left goes to the next one", async () => {
  const { provider, locks, clock } = setUp();
  let answer: () => void = () => undefined;
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => {
      answer = () => resolve(real());
    });
  const controller = new AbortController();
  const first = settled(locks.acquire("a", { signal: controller.signal }));
  const second = settled(locks.acquire("a"));
  controller.abort();
  expect((await first).error?.outcome).toBe("not-applied");
  answer();
  expect((await second).value).toBeDefined();
  await clock.advance(0);
  expect(provider.acquires).toHaveLength(1);
});

test("G-06 a grant that nobody waits for any more is given back", async () => {
  const { provider, locks, clock } = setUp();
  let answer: () => void = () => undefined;
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => {
      answer = () => resolve(real());
    });
  const waiting = settled(locks.acquire("a", { waitMs: 100 }));
  await clock.advance(100);
  expect((await waiting).error?.outcome).toBe("unknown");
  answer();
  await clock.advance(10);
  expect((await locks.inspect("a")).held).toBe(false);
});

test("G-01 a grant whose validity ran out on its way is refused and given back", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = (_, real) => {
    const grant = real();
    return new Promise((resolve) => void clock.setTimer(10_000, () => resolve(grant)));
  };
  const waiting = settled(locks.tryAcquire("a"));
  await clock.advance(10_000);
  expect((await waiting).error?.code).toBe("BACKEND_UNAVAILABLE");
  expect(provider.releases.map(({ inDoubt }) => inDoubt)).toEqual([false]);
});

test("G-01 a claim too short to rely on is given back, whoever waits", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = (_, real) => ({ ...real(), validMs: 5 }) as Grant;
  const waiting = settled(locks.acquire("a", { waitMs: 300 }));
  await clock.advance(1_000);
  expect((await waiting).error?.code).toBe("WAIT_TIMEOUT");
  expect((await locks.inspect("a")).held).toBe(false);
});

test("a permanent fault rejects every waiter at once; a passing one is tried again", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = async () => {
    throw new LockError("BACKEND_REJECTED", "NOAUTH");
  };
  const waiters = await Promise.all([1, 2, 3].map(() => settled(locks.acquire("a"))));
  expect(waiters.map(({ error }) => error?.code)).toEqual(Array(3).fill("BACKEND_REJECTED"));
  expect(provider.acquires).toHaveLength(1);
  let left = 3;
  provider.faults.acquire = async (_, real) => {
    if (left-- > 0) throw refusedConnection();
    return real();
  };
  const patient = settled(locks.acquire("b"));
  await clock.advance(1_000);
  expect((await patient).value).toBeDefined();
});

test("no answer at all for unavailableMs is BACKEND_UNAVAILABLE with the last cause", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, unavailableMs: 400 });
  provider.faults.acquire = async () => {
    throw refusedConnection();
  };
  const waiting = settled(locks.acquire("a"));
  await provider.clock.advance(399);
  expect(provider.acquires.length).toBeLessThan(40);
  await provider.clock.advance(400);
  expect((await waiting).error?.code).toBe("BACKEND_UNAVAILABLE");
});

test("tryAcquire rejects a fault, and never reports it as held", async () => {
  const { provider, locks } = setUp();
  provider.faults.acquire = () => Promise.reject(unknownFault());
  const { error } = await settled(locks.tryAcquire("a"));
  expect([error?.code, error?.outcome]).toEqual(["BACKEND_UNAVAILABLE", "unknown"]);
});

test("a refusal for want of a quorum rejects a try with the votes, unless it is held", async () => {
  const { provider, locks } = setUp();
  const unknown = { member: "m1", answer: "unknown" } as const;
  const refusal = { granted: false, why: "no-quorum" } as const;
  provider.faults.acquire = () => ({ ...refusal, votes: [unknown] });
  const { error } = await settled(locks.tryAcquire("a"));
  expect([error?.code, error?.votes]).toEqual(["NO_QUORUM", [unknown]]);
  const held = { member: "m2", answer: "held" } as const;
  provider.faults.acquire = () => ({ granted: false, why: "held", votes: [unknown, held] });
  expect(await locks.tryAcquire("a")).toBeUndefined();
});

test("tryAcquire asks nothing while this process holds the lock or waits for it", async () => {
  const { provider, holder, locks, clock } = setUp();
  await holder.acquire("a");
  const waiting = settled(locks.acquire("a", { waitMs: 50 }));
  provider.acquires.length = 0;
  expect(await locks.tryAcquire("a")).toBeUndefined();
  expect(provider.acquires).toHaveLength(0);
  await clock.advance(50);
  await waiting;
});

test("a provider that throws or rejects with anything else gave no usable answer", async () => {
  const { provider, locks } = setUp();
  provider.faults.acquire = () => {
    throw new TypeError("secret-holder-id");
  };
  const thrown = await settled(locks.tryAcquire("a"));
  expect([thrown.error?.code, thrown.error?.outcome]).toEqual(["BACKEND_UNAVAILABLE", "unknown"]);
});

test("G-07 hints of a provider that watches end the delay, and one before the watch is not lost", async () => {
  const provider = faultyProvider();
  let hint: () => void = () => undefined;
  let watches = 0;
  const watching = {
    ...provider,
    watch: async (_: string, onHint: () => void) => {
      watches += 1;
      hint = onHint;
      return {
        [Symbol.asyncDispose]: async () => {
          watches -= 1;
        },
      };
    },
  };
  const holder = createLocks({ provider });
  const locks = createLocks({ provider: watching, backoffMsMin: 5_000, backoffMsMax: 5_000 });
  const held = await holder.acquire("a");
  const waiting = settled(locks.acquire("a"));
  await provider.clock.advance(1);
  expect(watches).toBe(1);
  await held.release();
  hint();
  expect((await waiting).value).toBeDefined();
  await provider.clock.advance(0);
  expect(watches).toBe(0);
});

test("waiters on a provider with a queue take one place in it, kept when the first one leaves", async () => {
  const clock = manualClock();
  const provider = memory({ clock });
  const [one, two, three] = [1, 2, 3].map(() => createLocks({ provider, localHandoffMax: 0 }));
  const held = await one?.acquire("a");
  const controller = new AbortController();
  const left = settled(two?.acquire("a", { signal: controller.signal }) ?? Promise.reject());
  const order: string[] = [];
  const use = async (locks: Locks | undefined, name: string): Promise<void> => {
    const lease = await locks?.acquire("a");
    order.push(name);
    await lease?.release();
  };
  const used = [use(two, "two")];
  await clock.advance(1);
  used.push(use(three, "three"));
  await clock.advance(1);
  controller.abort();
  await left;
  await held?.release();
  await Promise.all(used);
  expect(order).toEqual(["two", "three"]);
  await Promise.all([one?.close(), two?.close(), three?.close()]);
  expect(clock.pendingTimers).toBe(0);
});

test("on a provider that polls, a process that gives back with waiters left lets others in", async () => {
  const provider = faultyProvider();
  const slow = { holderId: () => systemRandom.holderId(), fraction: () => 0.99 };
  const quick = { ...slow, fraction: () => 0 };
  const holder = createLocks({ provider, random: slow });
  const other = createLocks({ provider, random: quick });
  const held = await holder.acquire("a");
  const order: string[] = [];
  const use = async (locks: Locks, who: string, ttlMs: number): Promise<void> => {
    await locks.using("a", () => void order.push(who), { ttlMs });
  };
  const used = [use(holder, "the same process", 5_000), use(other, "the other process", 10_000)];
  await provider.clock.advance(1_000);
  await held.release();
  await provider.clock.advance(1_000);
  await Promise.all(used);
  expect(order).toEqual(["the other process", "the same process"]);
});

test("a wait that times out does not tell of a fault that was over before", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = () => Promise.reject(unknownFault());
  await settled(locks.tryAcquire("a"));
  delete provider.faults.acquire;
  await clock.advance(60_000);
  await locks.acquire("a");
  const waiting = settled(locks.acquire("a", { waitMs: 100 }));
  await clock.advance(100);
  const { error } = await waiting;
  expect([error?.code, error?.outcome, error?.cause]).toEqual([
    "WAIT_TIMEOUT",
    "not-applied",
    undefined,
  ]);
});
