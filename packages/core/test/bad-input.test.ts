import { expect, test } from "vitest";
import {
  createLocks,
  LockError,
  type LocksOptions,
  manualClock,
  memory,
  noop,
  systemClock,
  withPrefix,
} from "../src/index.ts";
import { faultyProvider } from "./faulty-provider.ts";

const NAMES: readonly (readonly [string, unknown, RegExp])[] = [
  ["empty", "", /1 to 255 bytes.*has 0/],
  ["longer than 255 bytes", "é".repeat(128), /has 256/],
  ["with a control character", "a\u0000b", /control characters/],
  ["with a lone surrogate", "a\ud800", /lone surrogates/],
  ["no string", 42, /must be a string.*not 42/],
];

test.each(NAMES)("a name that is %s is refused before anything is sent", async (_, name, words) => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  for (const call of [locks.acquire(name as string), locks.tryAcquire(name as string)]) {
    await expect(call).rejects.toThrow(words);
  }
  await expect(locks.inspect(name as string)).rejects.toThrow(words);
  expect(provider.acquires).toHaveLength(0);
});

test("names of 255 bytes, in any script, are names", async () => {
  const locks = createLocks({ provider: memory() });
  for (const name of ["a".repeat(255), "é".repeat(127), "锁/{}%", " "]) {
    expect(await (await locks.acquire(name)).release()).toBe("released");
  }
});

const OPTIONS: readonly (readonly [string, unknown, RegExp])[] = [
  ["ttlMs", 0, /ttlMs must be a number of milliseconds from 1 to 600000, not 0/],
  ["ttlMs", Number.NaN, /not NaN/],
  ["ttlMs", Number.POSITIVE_INFINITY, /not Infinity/],
  ["ttlMs", 600_001, /to 600000/],
  ["ttlMs", "10s", /not "10s"/],
  ["waitMs", -1, /waitMs must be.*from 0/],
  ["maxHoldMs", 0, /maxHoldMs must be/],
  ["renew", "yes", /renew must be true or false/],
  ["description", "x".repeat(201), /at most 200 bytes/],
  ["description", "a\nb", /without control characters/],
  ["signal", {}, /AbortSignal/],
  ["ttl", 10, /has no option "ttl"; known are ttlMs/],
];

test.each(OPTIONS)("a call with %s: %s is refused", async (key, value, words) => {
  const provider = faultyProvider();
  const locks = createLocks({ provider });
  await expect(locks.acquire("a", { [key]: value })).rejects.toThrow(words);
  expect(provider.acquires).toHaveLength(0);
});

const LOCKS_OPTIONS: readonly (readonly [string, unknown, RegExp])[] = [
  ["provider", undefined, /provider must be a LockProvider/],
  ["provider", {}, /provider.tryAcquire must be a function/],
  ["localHandoffMax", 64, /localHandoffMax must be.*from 0 to 63/],
  ["localHandoffMax", 1.5, /whole/],
  ["backoffMsMax", 5, /backoffMsMax must be.*from 10/],
  ["fenceBase", 1, /fenceBase must be a bigint/],
  ["limits", { waiters: 1 }, /has no option "waiters"/],
  ["limits", { leasesMax: 0 }, /limits.leasesMax/],
  ["clock", systemClock, /clock must be the one that provider faulty was created with/],
  ["marginMs", 20_000, /ttlMs must be more than driftMs and marginMs together; 10000 is not/],
  ["random", {}, /random.holderId must be a function/],
  ["tttlMs", 1, /has no option "tttlMs"/],
];

test.each(LOCKS_OPTIONS)("createLocks with %s: %s is refused", (key, value, words) => {
  const options = { provider: faultyProvider(), [key]: value } as unknown as LocksOptions;
  expect(() => createLocks(options)).toThrow(words);
});

test("requireFencing refuses a provider without tokens", () => {
  const refused = () => createLocks({ provider: noop(), requireFencing: true });
  expect(refused).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
});

test("a ttl below the provider's minimum or resolution is rounded up and reported", async () => {
  const provider = faultyProvider();
  const coarse = {
    ...provider,
    capabilities: { ...provider.capabilities, ttlMsMin: 2_000, ttlResolutionMs: 1_000 },
  };
  const locks = createLocks({ provider: coarse });
  expect((await locks.acquire("a", { ttlMs: 5 })).ttlMs).toBe(2_000);
  expect((await locks.acquire("b", { ttlMs: 2_001 })).ttlMs).toBe(3_000);
});

test("G-12 each limit is a LIMIT_EXCEEDED that names it", async () => {
  const provider = faultyProvider();
  const limits = { waitersPerNameMax: 2, waitersMax: 3, leasesMax: 2, inDoubtMax: 1 };
  const locks = createLocks({ provider, limits });
  await locks.acquire("a");
  void locks.acquire("a").catch(() => undefined);
  void locks.acquire("a").catch(() => undefined);
  await expect(locks.acquire("a")).rejects.toThrow(/limits.waitersPerNameMax/);
  await locks.acquire("b");
  await expect(locks.acquire("c")).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  await expect(locks.tryAcquire("c")).rejects.toThrow(/limits.leasesMax/);
  await locks.close();
});

test("G-12 pending acquires are bounded over all names, and unknown outcomes too", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, limits: { waitersMax: 2, inDoubtMax: 1 } });
  provider.faults.acquire = () => new Promise(() => undefined);
  void locks.acquire("a").catch(() => undefined);
  void locks.acquire("b").catch(() => undefined);
  await expect(locks.acquire("c")).rejects.toThrow(/limits.waitersMax/);
  const doubtful = createLocks({ provider, limits: { inDoubtMax: 1 } });
  provider.faults.release = () => "unknown";
  provider.faults.acquire = () =>
    Promise.reject(new LockError("BACKEND_UNAVAILABLE", "no answer", { outcome: "unknown" }));
  await expect(doubtful.tryAcquire("a")).rejects.toMatchObject({ outcome: "unknown" });
  await expect(doubtful.tryAcquire("b")).rejects.toThrow(/limits.inDoubtMax/);
});

test("G-12 a single waiter does not outgrow inDoubtMax either", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, limits: { inDoubtMax: 2 } });
  provider.faults.release = () => "unknown";
  provider.faults.acquire = () =>
    Promise.reject(new LockError("BACKEND_UNAVAILABLE", "no answer", { outcome: "unknown" }));
  const waiting = expect(locks.acquire("a")).rejects.toThrow(/limits.inDoubtMax/);
  await provider.clock.advance(5_000);
  await waiting;
  expect(provider.acquires).toHaveLength(2);
});

test("a provider or a client with a ttlMsMax below ten seconds needs no other option", async () => {
  const provider = faultyProvider();
  const short = { ...provider, capabilities: { ...provider.capabilities, ttlMsMax: 8_000 } };
  expect((await createLocks({ provider: short }).acquire("a")).ttlMs).toBe(8_000);
  expect((await createLocks({ provider, ttlMsMax: 5_000 }).acquire("b")).ttlMs).toBe(5_000);
  const long = createLocks({ provider, ttlMs: 60_000, marginMs: 11_000 });
  expect((await long.acquire("c")).ttlMs).toBe(60_000);
});

test("G-12 a grant beyond leasesMax is given back", async () => {
  const provider = faultyProvider();
  const locks = createLocks({ provider, limits: { leasesMax: 1 } });
  provider.faults.acquire = (_, real) => Promise.resolve(real());
  const [first, second] = await Promise.allSettled([locks.acquire("a"), locks.acquire("b")]);
  expect([first?.status, second?.status]).toEqual(["fulfilled", "rejected"]);
  expect(provider.releases).toHaveLength(1);
});

test("what a provider cannot do is UNSUPPORTED", async () => {
  const { tryAcquire, renew, release, name, clock, capabilities, ...rest } = faultyProvider();
  const dispose = rest[Symbol.asyncDispose];
  const bare = { tryAcquire, renew, release, name, clock, [Symbol.asyncDispose]: dispose };
  const locks = createLocks({
    provider: { ...bare, capabilities: { ...capabilities, transferable: false } },
  });
  const lease = await locks.acquire("a");
  expect(() => lease.detach()).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  lease.assertValid();
  const calls = [locks.inspect("a"), locks.breakLock("a", { any: true }), locks.ping()];
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: "UNSUPPORTED" });
});

test("tickets and targets that are not what they should be are refused", async () => {
  const locks = createLocks({ provider: memory() });
  const ticket = (await locks.acquire("a")).detach();
  for (const wrong of [
    { version: 2 },
    { name: "" },
    { localIndex: 63 },
    { serverToken: "x" },
    { holderId: "" },
    { holderId: "two words" },
    { ttlMs: 1.5 },
    { ttlMs: 9e15 },
    { state: 7 },
    { x: 1 },
  ]) {
    await expect(locks.adopt({ ...ticket, ...wrong } as never)).rejects.toThrow(/ticket/);
  }
  for (const wrong of [{}, { incarnation: "any" }, { any: true, incarnation: "1" }]) {
    await expect(locks.breakLock("a", wrong as never)).rejects.toThrow(/incarnation/);
  }
  await expect(locks.close({ timeoutMs: -1 })).rejects.toThrow(/timeoutMs/);
  await locks.close();
});

test("a prefix is a name of at most 64 bytes", () => {
  const provider = memory({ clock: manualClock() });
  expect(() => withPrefix(provider, "")).toThrow(RangeError);
  expect(() => withPrefix(provider, "p".repeat(65))).toThrow(/at most 64 bytes/);
});

test("a LockError is known by its brand, whichever copy of the package made it", () => {
  const foreign = Object.defineProperty(new Error("x"), Symbol.for("holdfast.LockError"), {});
  expect(LockError.is(foreign)).toBe(true);
  expect(LockError.is(new Error("x"))).toBe(false);
  expect(LockError.is(undefined)).toBe(false);
});
