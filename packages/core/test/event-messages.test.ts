import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, expect, test } from "vitest";
import { createLocks } from "../src/index.ts";
import { faultyProvider, refusedConnection, settled, unknownFault } from "./faulty-provider.ts";

const unsubscribes: (() => void)[] = [];
afterEach(() => {
  for (const end of unsubscribes.splice(0)) end();
});

/** What is published on one channel from now on. */
function listen(channel: string): unknown[] {
  const messages: unknown[] = [];
  const listener = (message: unknown): void => void messages.push(message);
  subscribe(`holdfast:${channel}`, listener);
  unsubscribes.push(() => unsubscribe(`holdfast:${channel}`, listener));
  return messages;
}

function setUp() {
  const provider = faultyProvider();
  const locks = createLocks({ provider, ttlMs: 3_000 });
  return { provider, locks, clock: provider.clock };
}

const base = { name: "a", provider: "faulty" };

test("an attempt tells its answer and the time it took", async () => {
  const messages = listen("attempt");
  const { provider, locks, clock } = setUp();
  await clock.advance(10);
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => void clock.setTimer(7, () => resolve(real())));
  const acquired = locks.acquire("a");
  await clock.advance(7);
  await acquired;
  delete provider.faults.acquire;
  const other = createLocks({ provider });
  await other.tryAcquire("a");
  expect(messages).toEqual([
    { ...base, answer: "granted", tookMs: 7 },
    { ...base, answer: "held", tookMs: 0 },
  ]);
});

test("an attempt that nobody listened to when it began tells nothing", async () => {
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = (_, real) =>
    new Promise((resolve) => void clock.setTimer(7, () => resolve(real())));
  const acquired = locks.acquire("a");
  await clock.advance(1);
  const messages = listen("attempt");
  await clock.advance(6);
  await acquired;
  expect(messages).toEqual([]);
});

test("an attempt that failed tells its code and its outcome", async () => {
  const messages = listen("attempt");
  const { provider, locks } = setUp();
  for (const fault of [refusedConnection(), unknownFault()]) {
    provider.faults.acquire = () => Promise.reject(fault);
    await settled(locks.tryAcquire("a"));
  }
  const fault = { ...base, answer: "fault", code: "BACKEND_UNAVAILABLE", tookMs: 0 };
  expect(messages).toEqual([
    { ...fault, outcome: "not-applied" },
    { ...fault, outcome: "unknown" },
  ]);
});

test("a grant that came too late is an attempt that failed", async () => {
  const { provider, locks, clock } = setUp();
  const messages = listen("attempt");
  provider.faults.acquire = (_, real) => {
    const grant = real();
    return new Promise((resolve) => void clock.setTimer(3_000, () => resolve(grant)));
  };
  const failed = settled(locks.tryAcquire("a"));
  await clock.advance(3_000);
  await failed;
  const error = { code: "BACKEND_UNAVAILABLE", outcome: "unknown" };
  expect(messages).toEqual([{ ...base, answer: "fault", tookMs: 3_000, ...error }]);
});

test("a wait tells how long it was, and its code where it was in vain", async () => {
  const messages = listen("wait");
  const { provider, locks, clock } = setUp();
  await clock.advance(10);
  const lease = await locks.acquire("a");
  const next = locks.acquire("a");
  await clock.advance(20);
  await lease.release();
  await next;
  const late = settled(createLocks({ provider }).acquire("a", { waitMs: 30 }));
  await clock.advance(30);
  await late;
  expect(messages).toEqual([
    { ...base, waitedMs: 0 },
    { ...base, waitedMs: 20 },
    { ...base, waitedMs: 30, code: "WAIT_TIMEOUT" },
  ]);
});

test("a wait that nobody listened to when it began tells nothing", async () => {
  const { locks } = setUp();
  const lease = await locks.acquire("a");
  const next = locks.acquire("a");
  const messages = listen("wait");
  await lease.release();
  await next;
  expect(messages).toEqual([]);
});

test("a grant tells its token, its times and its place in a run of hand-offs", async () => {
  const messages = listen("granted");
  const { locks, clock } = setUp();
  const lease = await locks.acquire("a");
  const next = locks.acquire("a");
  await clock.advance(100);
  await lease.release();
  await next;
  expect(messages).toEqual([
    { ...base, fencingToken: 64n, ttlMs: 3_000, validForMs: 2_938, localIndex: 0 },
    { ...base, fencingToken: 65n, ttlMs: 3_000, validForMs: 2_838, localIndex: 1 },
  ]);
});

test("a renewal tells its status and what is left", async () => {
  const messages = listen("renewed");
  const { provider, locks, clock } = setUp();
  const lease = await locks.acquire("a");
  await clock.advance(1_000);
  provider.faults.renew = async () => [{ status: "unknown", cause: unknownFault() }];
  await clock.advance(500);
  await settled(lease.renew());
  provider.faults.renew = async () => [{ status: "lost", why: "deleted" }];
  await settled(lease.renew());
  expect(messages).toEqual([
    { ...base, status: "renewed", validForMs: 2_938 },
    { ...base, status: "unknown", validForMs: 2_438 },
    { ...base, status: "lost", validForMs: 2_438 },
  ]);
});

test("a loss tells why, and the release that follows it only what is in doubt", async () => {
  const messages = listen("lost");
  const released = listen("released");
  const { provider, locks, clock } = setUp();
  await locks.acquire("a", { renew: false });
  await clock.advance(3_000);
  const lease = await locks.acquire("a");
  provider.faults.renew = async () => [{ status: "lost", why: "deleted" }];
  await settled(lease.renew());
  expect(messages).toEqual([
    { ...base, why: "expired" },
    { ...base, why: "deleted" },
  ]);
  expect(released).toEqual([]);
});

test("a release tells its outcome, and whether it went on inside the process", async () => {
  const messages = listen("released");
  const { provider, locks } = setUp();
  const lease = await locks.acquire("a");
  const next = locks.acquire("a");
  await lease.release();
  provider.faults.release = () => "absent";
  await (await next).release();
  provider.faults.release = async (_, real) => real();
  await (await locks.acquire("b")).release();
  expect(messages).toEqual([
    { ...base, outcome: "released", handedOn: true },
    { ...base, outcome: "absent", handedOn: false },
    { ...base, name: "b", outcome: "released", handedOn: false },
  ]);
});

test("a doubt tells that it was opened, and how it ended", async () => {
  const messages = listen("in-doubt");
  const { provider, locks, clock } = setUp();
  provider.faults.acquire = () => Promise.reject(unknownFault());
  await settled(locks.tryAcquire("a"));
  await clock.advance(0);
  provider.faults.release = () => "unknown";
  await settled(locks.tryAcquire("b"));
  await clock.advance(10_000);
  expect(messages).toEqual([
    { ...base, state: "opened" },
    { ...base, state: "settled" },
    { ...base, name: "b", state: "opened" },
    { ...base, name: "b", state: "given-up" },
  ]);
});

test("a plain release that nobody answers becomes a doubt once", async () => {
  const messages = listen("in-doubt");
  const { provider, locks, clock } = setUp();
  await locks.acquire("a", { renew: false });
  let left = 2;
  provider.faults.release = (_, real) => (left-- > 0 ? "unknown" : real());
  // It expires, and is given back: plainly first.
  await clock.advance(3_500);
  expect(provider.releases.map(({ inDoubt }) => inDoubt)).toEqual([false, true, true]);
  expect(messages).toEqual([
    { ...base, state: "opened" },
    { ...base, state: "settled" },
  ]);
});
