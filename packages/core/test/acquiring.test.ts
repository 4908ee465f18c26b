import { expect, test } from "vitest";
import {
  createLocks,
  type Grant,
  type LockProvider,
  type LocksOptions,
  type RenewOutcome,
} from "../src/index.ts";
import { faultyProvider, settled, unknownFault } from "./faulty-provider.ts";

const NEVER = new Promise<never>(() => undefined);

function setUp(options: Partial<LocksOptions> = {}) {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000, description: "a test", ...options });
  return { provider, locks, clock: provider.clock };
}

test("an attempt tells the provider what was asked for, with a holder of its own", async () => {
  const { provider, locks } = setUp();
  await locks.acquire("a", { renew: false });
  await locks.acquire("b", { ttlMs: 5_000, description: "another" });
  const [first, second] = provider.acquires;
  const base = { mode: "exclusive", holderId: expect.stringMatching(/^[\w-]{22}$/) };
  expect(provider.acquires).toStrictEqual([
    { ...base, name: "a", ttlMs: 3_000, renewable: false, description: "a test" },
    { ...base, name: "b", ttlMs: 5_000, renewable: true, description: "another" },
  ]);
  expect(first?.holderId).not.toBe(second?.holderId);
});

test("G-01 a grant is relied on from its send, to the millisecond", async () => {
  for (const [tookMs, validForMs] of [
    [0, 2_938],
    [100, 2_838],
    [2_937, 1],
  ] as const) {
    const { provider, locks, clock } = setUp({ renew: false });
    provider.faults.acquire = (_, real) => {
      const grant = real();
      return new Promise((resolve) => void clock.setTimer(tookMs, () => resolve(grant)));
    };
    const acquired = locks.acquire("a");
    await clock.advance(tookMs);
    expect((await acquired).validForMs).toBe(validForMs);
  }
});

test("G-01 a grant that comes at its very deadline is none", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = (_, real) => {
    const grant = real();
    return new Promise((resolve) => void clock.setTimer(2_938, () => resolve(grant)));
  };
  const failed = settled(locks.tryAcquire("a"));
  await clock.advance(2_938);
  expect((await failed).error?.message).toMatch(/granted too late/);
  expect(provider.releases.map(({ inDoubt }) => inDoubt)).toEqual([false]);
});

test("G-01 a grant that is answered at once and valid for too little is none", async () => {
  const { provider, locks } = setUp();
  for (const [validMs, isGranted] of [
    [8, true],
    [7, false],
  ] as const) {
    provider.faults.acquire = (_, real) => ({ ...real(), ttlMs: 10, validMs }) as Grant;
    const { value, error } = await settled(locks.tryAcquire("a", { ttlMs: 10, renew: false }));
    // 2 ms and 1 % of drift, 5 of margin.
    expect([value !== undefined, error?.code]).toEqual(
      isGranted ? [true, undefined] : [false, "BACKEND_UNAVAILABLE"],
    );
    if (value !== undefined) await (value as { release(): Promise<unknown> }).release();
  }
});

test("G-01 a suspend between the send and the answer counts against the grant", async () => {
  const { provider, locks, clock } = setUp({ renew: false });
  provider.faults.acquire = (_, real) => {
    const grant = real();
    return new Promise((resolve) => void clock.setTimer(10, () => resolve(grant)));
  };
  clock.suspend(60_000);
  const acquired = locks.acquire("a");
  await clock.advance(5);
  clock.suspend(1_000);
  await clock.advance(5);
  // The one before the send does not count.
  expect((await acquired).validForMs).toBe(2_938 - 1_010);
});

test("G-06 a fault is made good unless it is sure that nothing was applied", async () => {
  const { provider, locks, clock } = setUp();
  const { holderIds } = { holderIds: () => provider.acquires.map(({ holderId }) => holderId) };
  provider.faults.acquire = () => Promise.reject(unknownFault());
  await settled(locks.tryAcquire("a"));
  await clock.advance(0);
  expect(provider.releases).toEqual([
    { name: "a", holderId: holderIds()[0], ttlMs: 3_000, inDoubt: true },
  ]);
  provider.releases.length = 0;
  const applied = Object.assign(unknownFault(), { outcome: "not-applied" });
  provider.faults.acquire = () => Promise.reject(applied);
  await settled(locks.tryAcquire("a"));
  await clock.advance(0);
  expect(provider.releases).toEqual([]);
});

test("G-06 nothing is asked for while too much is in doubt, neither at once nor in a queue", async () => {
  const { provider, locks, clock } = setUp({ limits: { inDoubtMax: 1 } });
  await createLocks({ provider }).acquire("held");
  const waiting = settled(locks.acquire("held", { waitMs: 1_000 }));
  await clock.advance(1);
  provider.faults.release = () => NEVER;
  provider.faults.acquire = ({ name }) =>
    name === "a" ? Promise.reject(unknownFault()) : { granted: false, why: "held" };
  await settled(locks.tryAcquire("a"));
  const asked = provider.acquires.length;
  await clock.advance(500);
  // Who waits already is told so at its next request.
  expect((await waiting).error?.code).toBe("LIMIT_EXCEEDED");
  expect(provider.acquires).toHaveLength(asked);
});

test("G-06 who was refused does not join the queue while too much is in doubt", async () => {
  const provider = faultyProvider();
  const queued: string[] = [];
  const enqueue: Required<LockProvider>["enqueue"] = ({ name }) => {
    queued.push(name);
    return NEVER;
  };
  const locks = createLocks({ provider: { ...provider, enqueue }, limits: { inDoubtMax: 1 } });
  provider.faults.release = () => NEVER;
  provider.faults.acquire = ({ name }) =>
    name === "a"
      ? Promise.reject(unknownFault())
      : new Promise((resolve) => {
          void provider.clock.setTimer(10, () => resolve({ granted: false, why: "held" }));
        });
  const waiting = settled(locks.acquire("held", { waitMs: 1_000 }));
  await settled(locks.tryAcquire("a"));
  await provider.clock.advance(10);
  expect((await waiting).error?.code).toBe("LIMIT_EXCEEDED");
  expect(queued).toEqual([]);
});

test("an adopted lease is relied on from its renewal, and renewed as its ticket says", async () => {
  for (const renew of [true, false]) {
    const { provider, locks, clock } = setUp({ renew });
    const ticket = (await locks.acquire("a")).detach();
    await clock.advance(500);
    provider.renewals.length = 0;
    const adopted = await createLocks({ provider }).adopt(ticket);
    const { holderId } = ticket;
    expect(provider.renewals).toStrictEqual([[{ name: "a", holderId, ttlMs: 3_000 }]]);
    expect([adopted.validForMs, adopted.ttlMs]).toEqual([2_938, 3_000]);
    await clock.advance(1_000);
    expect(provider.renewals).toHaveLength(renew ? 2 : 1);
    await clock.advance(1_938);
    expect(adopted.signal.aborted).toBe(!renew);
    await adopted.release();
  }
});

test("an adopted lease keeps its state, its token, and the token of its ticket where none is told", async () => {
  const { provider, locks } = setUp();
  provider.faults.acquire = (_, real) => ({ ...real(), state: "its own" }) as never;
  const ticket = (await locks.acquire("a")).detach();
  const answers: readonly [bigint | undefined, bigint][] = [
    [7n, 7n * 64n + 1n],
    [undefined, 65n],
  ];
  for (const [fencingToken, wanted] of answers) {
    const other = createLocks({ provider });
    provider.faults.renew = async (): Promise<readonly RenewOutcome[]> => [
      { status: "renewed", sentAtMs: 0, validMs: 3_000, ...({ fencingToken } as object) } as never,
    ];
    const adopted = await other.adopt(ticket);
    expect(adopted.fencingToken).toBe(wanted);
    expect(provider.renewals.at(-1)?.[0]).toMatchObject({ state: "its own" });
    expect(adopted.detach()).toMatchObject({ state: "its own", localIndex: 1 });
  }
});

test("an adoption is relied on no more at its very deadline", async () => {
  const { provider, locks, clock } = setUp();
  const ticket = (await locks.acquire("a")).detach();
  for (const [tookMs, isAdopted] of [
    [2_937, true],
    [2_938, false],
  ] as const) {
    const other = createLocks({ provider, renew: false });
    provider.faults.renew = (_, real) => {
      const outcomes = real();
      return new Promise((resolve) => void clock.setTimer(tookMs, () => resolve(outcomes)));
    };
    const adoption = settled(other.adopt(ticket));
    await clock.advance(tookMs);
    expect((await adoption).error === undefined).toBe(isAdopted);
    if (isAdopted) delete provider.faults.renew;
  }
});
