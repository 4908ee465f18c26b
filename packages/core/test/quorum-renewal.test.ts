import { expect, test } from "vitest";
import { createLocks, type Loss, manualClock, quorum } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type FaultyMember,
  faultyMember,
  giveBack,
  granted,
  holders,
  releasesOf,
  type TestQuorum,
  testQuorum,
} from "./quorum-members.ts";

/** A quorum of `count` with the lock `a` held by `mine` on all of them. */
async function held(count = 3): Promise<TestQuorum> {
  const made = testQuorum(count);
  await granted(made.provider.tryAcquire(attempt("mine")));
  return made;
}

const mine = attempt("mine");

test.each([
  [3, 1],
  [5, 2],
])("G-03 a majority renews: %i members, %i down", async (count, down) => {
  const { clock, members, provider } = await held(count);
  for (const member of members.slice(0, down)) member.behave("down");
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed", validMs: 10_000 }]);
  expect(clock.monotonicMs()).toBe(0);
});

test("G-03 a renewal settles with the majority while a member hangs", async () => {
  const { clock, members, provider } = await held();
  at(members, 0).behave("silent");
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
  expect(clock.monotonicMs()).toBe(0);
});

test("G-01 a renewal counts from its send", async () => {
  const { clock, members, provider } = await held();
  await clock.advance(1_000);
  for (const member of members) member.behave("stopped");
  const renewal = provider.renew([mine]);
  await clock.advance(400);
  for (const member of members) member.resume();
  const [outcome] = await renewal;
  if (outcome?.status !== "renewed") throw new Error("not renewed");
  const { sentAtMs, validMs } = outcome;
  expect([sentAtMs, validMs]).toEqual([1_000, 10_000]);
});

test("G-01 a lease that was renewed slowly ends ten seconds after the send, less its allowance", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 3_000 });
  const locks = createLocks({ provider, ttlMs: 10_000, renew: false });
  const lease = await locks.acquire("a");
  await clock.advance(5_000);
  for (const member of members) member.behave("stopped");
  const renewal = lease.renew();
  await clock.advance(1_000);
  for (const member of members) member.resume();
  await renewal;
  // Sent at 5,000; drift is 102 and the margin 100.
  await clock.advance(8_797);
  lease.assertValid();
  await clock.advance(1);
  expect(() => lease.assertValid()).toThrow(/expired/);
});

test("G-03 a renewal that falls short is unknown, and the old deadline stands", async () => {
  const { clock, members, provider } = testQuorum(3);
  const locks = createLocks({ provider, ttlMs: 10_000, renew: false });
  const lease = await locks.acquire("a");
  for (const member of members.slice(1)) member.behave("silent");
  await clock.advance(5_000);
  const renewal = settled(lease.renew());
  await clock.advance(500);
  expect((await renewal).error?.code).toBe("BACKEND_UNAVAILABLE");
  await clock.advance(4_297);
  lease.assertValid();
  await clock.advance(1);
  expect(() => lease.assertValid()).toThrow(/expired/);
});

test("G-03 an unknown renewal tells how many renewed, and no secret", async () => {
  const { clock, members, provider } = await held();
  for (const member of members.slice(1)) member.behave("silent");
  const renewal = provider.renew([mine]);
  await clock.advance(500);
  const [outcome] = await renewal;
  expect(outcome?.status).toBe("unknown");
  const { cause } = outcome as { cause: Error };
  expect(cause.message).toMatch(/1 of 3 members renewed the lock, 2 are needed/);
  expect(JSON.stringify(cause) + cause.message).not.toContain("mine");
});

test("G-02 a lock that a majority lost is lost, whatever the others say", async () => {
  for (const behaviour of ["up", "silent", "down"] as const) {
    const { clock, members, provider } = await held();
    for (const member of members.slice(0, 2)) await member.breakLock("a", { incarnation: "any" });
    at(members, 2).behave(behaviour);
    expect(await provider.renew([mine])).toMatchObject([{ status: "lost" }]);
    expect(clock.monotonicMs()).toBe(0);
  }
});

test("G-03 a member that lost the lock is no vote in the renewal that found it, nor by its repair", async () => {
  const { clock, members, provider } = await held();
  await at(members, 0).breakLock("a", { incarnation: "any" });
  at(members, 1).behave("silent");
  const renewal = provider.renew([mine]);
  await clock.advance(500);
  // Two of three would be there if the first could be put back and counted.
  expect(await renewal).toMatchObject([{ status: "unknown" }]);
  expect(at(members, 0).acquires).toHaveLength(1);
  expect(await holders(members)).toEqual([2, 3]);
});

test("G-03 a member is repaired after a majority renewed, and counts from the next renewal on", async () => {
  const { clock, members, provider } = await held();
  await at(members, 0).breakLock("a", { incarnation: "any" });
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
  await clock.advance(0);
  expect(await holders(members)).toEqual([1, 2, 3]);
  at(members, 1).behave("silent");
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
});

test("G-03 a repair never takes the lock from its successor", async () => {
  const { clock, members, provider } = await held();
  const first = at(members, 0);
  await first.breakLock("a", { incarnation: "any" });
  const other = attempt("other");
  await granted(first.inner.tryAcquire(other));
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
  await clock.advance(0);
  expect((await first.inner.renew([other])).map(({ status }) => status)).toEqual(["renewed"]);
  expect(releasesOf(members, "other")).toEqual(["", "", ""]);
});

test("G-06 a repair under way when the lock is released leaves nothing", async () => {
  const { clock, members, provider } = await held();
  const first = at(members, 0);
  await first.breakLock("a", { incarnation: "any" });
  first.behave("stopped", "acquire");
  await provider.renew([mine]);
  await clock.advance(0);
  expect(await provider.release(giveBack(mine))).toBe("released");
  await clock.advance(500);
  const [repaired, ...others] = releasesOf(members, "mine");
  expect(repaired).toMatch(/doubt/);
  expect(others).toEqual(["plain", "plain"]);
  first.resume();
  await clock.advance(0);
  expect(await holders(members)).toEqual([]);
});

test("G-06 a repair that comes after the release is given back", async () => {
  const { clock, members, provider } = await held();
  const first = at(members, 0);
  await first.breakLock("a", { incarnation: "any" });
  first.faults.acquire = async (request) => {
    // The release has passed by, and this server forgot its tombstone.
    expect(await provider.release(giveBack(mine))).toBe("released");
    return first.inner.tryAcquire({ ...request, holderId: "mine again" });
  };
  first.faults.release = () => "absent";
  await provider.renew([mine]);
  await clock.advance(0);
  const [repaired, ...others] = releasesOf(members, "mine");
  expect(repaired).toMatch(/doubt plain$/);
  expect(others).toEqual(["plain", "plain"]);
});

test("G-04 a member that gave out a larger token since is not repaired, the others are", async () => {
  const { clock, members, provider } = await held(5);
  const { fencingToken } = await provider.inspect("a");
  const [first, second] = members as [FaultyMember, FaultyMember];
  for (const member of [first, second]) await member.breakLock("a", { incarnation: "any" });
  const successor = attempt("successor", { proposal: 10n ** 18n });
  await granted(second.inner.tryAcquire(successor));
  await second.inner.release(giveBack(successor));
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
  await clock.advance(0);
  expect(await holders(members)).toEqual([1, 3, 4, 5]);
  expect((await first.inspect("a")).fencingToken).toBe(fencingToken);
});

test("G-03 one repair at a time at one member", async () => {
  const { members, provider } = await held();
  const first = at(members, 0);
  await first.breakLock("a", { incarnation: "any" });
  first.behave("silent", "acquire");
  await provider.renew([mine]);
  await provider.renew([mine]);
  await provider.renew([mine]);
  expect(first.acquires).toHaveLength(2);
});

test("G-03 many leases go to each member in one request, each with its own answer", async () => {
  const { clock, members, provider } = testQuorum(3);
  const claims = ["a", "b", "c"].map((name) => attempt(`holder of ${name}`, { name }));
  for (const claim of claims) await granted(provider.tryAcquire(claim));
  for (const member of members.slice(1)) await member.breakLock("b", { incarnation: "any" });
  const outcomes = await provider.renew(claims);
  await clock.advance(0);
  expect(outcomes.map(({ status }) => status)).toEqual(["renewed", "lost", "renewed"]);
  expect(members.map(({ renewals }) => renewals.map((batch) => batch.length))).toEqual([
    [3],
    [3],
    [3],
  ]);
  expect(await provider.renew([])).toEqual([]);
});

test("G-03 a member that answers too few items answered those", async () => {
  const { clock, members, provider } = testQuorum(3);
  const claims = ["a", "b"].map((name) => attempt(`holder of ${name}`, { name }));
  for (const claim of claims) await granted(provider.tryAcquire(claim));
  for (const member of members.slice(1)) {
    member.faults.renew = async (_, real) => (await real()).slice(0, 1);
  }
  const renewal = provider.renew(claims);
  await clock.advance(500);
  expect((await renewal).map(({ status }) => status)).toEqual(["renewed", "unknown"]);
});

test("G-05 a renewal in another's name is lost and repairs nothing", async () => {
  const { clock, members, provider } = await held();
  expect(await provider.renew([attempt("somebody")])).toMatchObject([{ status: "lost" }]);
  await clock.advance(0);
  expect(await holders(members)).toEqual([1, 2, 3]);
  expect(members.map(({ acquires }) => acquires.length)).toEqual([1, 1, 1]);
});

test("G-05 another client adopts a lease by its state, renews it and releases it everywhere", async () => {
  const { clock, members, provider } = testQuorum(3);
  const grant = await granted(provider.tryAcquire(mine));
  const other = quorum(members);
  const request = { ...mine, state: grant.state ?? "" };
  expect(await other.renew([request])).toMatchObject([
    { status: "renewed", fencingToken: grant.fencingToken },
  ]);
  // It cannot know what is under way, so all are asked, in doubt.
  const { name, holderId, ttlMs } = mine;
  const state = grant.state ?? "";
  expect(await other.release({ name, holderId, ttlMs, inDoubt: false, state })).toBe("released");
  expect(releasesOf(members, "mine")).toEqual(["doubt", "doubt", "doubt"]);
  await clock.advance(0);
  expect(await holders(members)).toEqual([]);
});

test("G-05 an adopted lease takes the members' largest token when its state says none", async () => {
  const { members, provider } = testQuorum(3);
  const grant = await granted(provider.tryAcquire(mine));
  expect(await quorum(members).renew([mine])).toMatchObject([{ fencingToken: grant.fencingToken }]);
  expect(await quorum(members).renew([{ ...mine, state: "no number" }])).toMatchObject([
    { fencingToken: grant.fencingToken },
  ]);
});

test("G-02 a loss is told when so many told of it that no majority is left", async () => {
  const { members, provider } = await held(5);
  const losses: Loss[] = [];
  const listening = provider.onLoss((loss) => losses.push(loss));
  for (const member of members.slice(0, 2)) await member.breakLock("a", { incarnation: "any" });
  expect(losses).toEqual([]);
  await at(members, 2).breakLock("a", { incarnation: "any" });
  expect(losses).toMatchObject([{ name: "a", holderId: "mine" }]);
  await at(members, 3).breakLock("a", { incarnation: "any" });
  expect(losses).toHaveLength(1);
  listening[Symbol.dispose]();
  listening[Symbol.dispose]();
});

test("G-02 after its last listener left, no member is listened to", async () => {
  const { members, provider } = await held();
  const losses: Loss[] = [];
  provider.onLoss((loss) => losses.push(loss))[Symbol.dispose]();
  for (const member of members) await member.breakLock("a", { incarnation: "any" });
  expect(losses).toEqual([]);
});

test("G-02 a lease is told that it was broken at a majority", async () => {
  const { members, provider } = testQuorum(3);
  const locks = createLocks({ provider });
  const lease = await locks.acquire("a");
  await at(members, 0).breakLock("a", { incarnation: "any" });
  expect(lease.signal.aborted).toBe(false);
  await at(members, 1).breakLock("a", { incarnation: "any" });
  expect(lease.signal.aborted).toBe(true);
  await locks.close();
});

test("G-02 a loss that was repaired is no loss, and each member's counts once", async () => {
  const { clock, members, provider } = await held();
  const losses: Loss[] = [];
  provider.onLoss((loss) => losses.push(loss));
  for (const member of members) {
    await member.breakLock("a", { incarnation: "any" });
    expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
    await clock.advance(0);
    expect(await holders(members)).toEqual([1, 2, 3]);
  }
  expect(losses).toEqual([]);
});

test("G-02 a member that tells twice of a loss is one member", async () => {
  const { members, provider } = testQuorum(5);
  const losses: Loss[] = [];
  let tell: (loss: Loss) => void = () => undefined;
  at(members, 0).onLoss = (listener) => {
    tell = listener;
    return { [Symbol.dispose]: () => undefined };
  };
  provider.onLoss((loss) => losses.push(loss));
  await granted(provider.tryAcquire(mine));
  const loss = { name: "a", holderId: "mine", why: "deleted" };
  for (let times = 0; times < 3; times += 1) tell(loss);
  tell({ ...loss, holderId: "nobody we know" });
  await at(members, 1).breakLock("a", { incarnation: "any" });
  expect(losses).toEqual([]);
  await at(members, 2).breakLock("a", { incarnation: "any" });
  tell(loss);
  expect(losses).toHaveLength(1);
});

test("G-03 without fencing a slow member's own token is no reason to lose a lease", async () => {
  const clock = manualClock();
  const members = [1, 2, 3].map((number) => faultyMember(clock, number));
  const provider = quorum(members, { fencing: false });
  const mine = attempt("mine");
  // Each mints for itself; the third's is larger, and it answers last.
  for (let count = 0; count < 3; count += 1) {
    const other = attempt("other", { name: "b" });
    await granted(at(members, 2).inner.tryAcquire(other));
    await at(members, 2).inner.release(giveBack(other));
  }
  await granted(provider.tryAcquire(mine));
  const { name, holderId, ttlMs } = mine;
  const renew = async () => (await provider.renew([{ name, holderId, ttlMs }]))[0];
  const first = await renew();
  expect(first).toMatchObject({ status: "renewed" });
  expect(first).not.toHaveProperty("fencingToken", expect.anything());
  at(members, 0).behave("down");
  expect(await renew()).toMatchObject({ status: "renewed" });
});
