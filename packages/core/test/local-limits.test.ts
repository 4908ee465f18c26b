import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import { createLocks, type Grant, type LocksOptions } from "../src/index.ts";
import { faultyProvider, settled, unknownFault } from "./faulty-provider.ts";

const NEVER = new Promise<never>(() => undefined);

function setUp(options: Partial<LocksOptions> = {}) {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000, ...options });
  return { provider, locks, clock: provider.clock };
}

describe("a limit", () => {
  test("of leases refuses one more, and the backend is not asked for it", async () => {
    const { provider, locks } = setUp({ limits: { leasesMax: 2 } });
    await locks.acquire("a");
    await locks.acquire("b");
    expect((await settled(locks.acquire("c"))).error?.code).toBe("LIMIT_EXCEEDED");
    expect(provider.acquires.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("of unknown outcomes refuses whoever would only have to wait, too", async () => {
    const { provider, locks } = setUp({ limits: { inDoubtMax: 1 } });
    await locks.acquire("a");
    provider.faults.acquire = () => Promise.reject(unknownFault());
    provider.faults.release = () => NEVER;
    await settled(locks.tryAcquire("b"));
    expect((await settled(locks.acquire("a"))).error?.code).toBe("LIMIT_EXCEEDED");
  });
});

describe("an abort", () => {
  test("wins over a hand-off in the very tick, and the next one is served", async () => {
    const { locks } = setUp();
    const lease = await locks.acquire("a");
    const controller = new AbortController();
    // Heard before the waiter hears of it.
    controller.signal.addEventListener("abort", () => void lease.release());
    const gone = settled(locks.acquire("a", { signal: controller.signal }));
    const next = settled(locks.acquire("a"));
    controller.abort("enough");
    const asked = { code: "ABORTED", outcome: "not-applied", cause: "enough" };
    expect((await gone).error).toMatchObject(asked);
    // Straight from the holder, by no hand that had left.
    expect((await next).value).toMatchObject({ localIndex: 1 });
  });

  test("of a wait without an end leaves no timer, nor was there one", async () => {
    const { provider, locks, clock } = setUp();
    await createLocks({ provider, renew: false }).acquire("a");
    const controller = new AbortController();
    const before = clock.pendingTimers;
    const waiting = settled(locks.acquire("a", { signal: controller.signal }));
    await clock.advance(0);
    // Until it is asked for again.
    expect(clock.pendingTimers).toBe(before + 1);
    controller.abort();
    await waiting;
    expect(clock.pendingTimers).toBe(before);
  });
});

test("a wait that is served tells of no code", async () => {
  const messages: object[] = [];
  const listener = (message: unknown): void => void messages.push(message as object);
  subscribe("holdfast:wait", listener);
  const { locks } = setUp();
  await locks.acquire("a");
  unsubscribe("holdfast:wait", listener);
  expect(messages.map((message) => "code" in message)).toEqual([false]);
});

test("a lease is not handed on to a waiter that wants it renewed otherwise", async () => {
  for (const [renew, others] of [
    [true, false],
    [false, true],
  ]) {
    const { provider, locks, clock } = setUp({ backoffMsMin: 1 });
    const lease = await locks.acquire("a", { renew });
    const next = settled(locks.acquire("a", { renew: others }));
    await lease.release();
    expect(provider.releases).toHaveLength(1);
    await clock.advance(10);
    expect((await next).error).toBeUndefined();
    expect(provider.acquires.map(({ renewable }) => renewable)).toEqual([renew, others]);
  }
});

test("who waits for a lease that was adopted here, and leaves, has nothing under way", async () => {
  const { provider, locks, clock } = setUp();
  const ticket = (await locks.acquire("a")).detach();
  const other = createLocks({ provider });
  await other.adopt(ticket);
  const waiting = settled(other.acquire("a", { waitMs: 100 }));
  await clock.advance(100);
  expect((await waiting).error).toMatchObject({ code: "WAIT_TIMEOUT", outcome: "not-applied" });
});

test("a short claim is renewed at its parting only while it may still be held", async () => {
  for (const [heldMs, isRenewed] of [
    [499, true],
    [500, false],
  ] as const) {
    const { provider, locks, clock } = setUp();
    provider.faults.acquire = (_, real) => ({ ...real(), validMs: 2_900 }) as Grant;
    const lease = await locks.acquire("a", { maxHoldMs: 500 });
    await clock.advance(heldMs);
    lease.detach();
    expect(provider.renewals).toHaveLength(isRenewed ? 1 : 0);
  }
});

test("a hint that comes while the backend is asked hurts nobody", async () => {
  const provider = faultyProvider();
  let hint: () => void = () => undefined;
  const watching = {
    ...provider,
    async watch(_: string, onHint: () => void) {
      hint = onHint;
      return { [Symbol.asyncDispose]: async () => undefined };
    },
  };
  const locks = createLocks({ provider: watching });
  provider.faults.acquire = () => ({ granted: false, why: "held" });
  const waiting = settled(locks.acquire("a", { waitMs: 5_000 }));
  await provider.clock.advance(1);
  provider.faults.acquire = () => NEVER;
  hint();
  await provider.clock.advance(1);
  expect(hint).not.toThrow();
  await provider.clock.advance(5_000);
  expect((await waiting).error?.code).toBe("WAIT_TIMEOUT");
});
