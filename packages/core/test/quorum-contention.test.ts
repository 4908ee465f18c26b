import { expect, test } from "vitest";
import { createLocks, quorum } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type FaultyMember,
  giveBack,
  granted,
  holders,
  type TestQuorum,
  testQuorum,
} from "./quorum-members.ts";

const holder = attempt("holder");

/** A quorum that has just been refused the lock `a`, which `holder` has by another client. */
async function contended(
  count = 3,
): Promise<TestQuorum & { readonly release: () => Promise<unknown> }> {
  const made = testQuorum(count);
  const other = quorum(made.members);
  await granted(other.tryAcquire(holder));
  expect(await made.provider.tryAcquire(attempt("refused"))).toMatchObject({ why: "held" });
  for (const { acquires, releases } of made.members) {
    acquires.length = 0;
    releases.length = 0;
  }
  return { ...made, release: async () => other.release(giveBack(holder)) };
}

function askedCounts(members: readonly FaultyMember[]): number[] {
  return members.map(({ acquires }) => acquires.length);
}

/** The member that is asked first for `a`, once it is contended. */
async function leadOf({ members, provider }: TestQuorum): Promise<FaultyMember> {
  await provider.tryAcquire(attempt("scout"));
  const lead = members.find(({ acquires }) => acquires.length > 0);
  if (lead === undefined) throw new Error("nobody was asked");
  for (const { acquires } of members) acquires.length = 0;
  return lead;
}

test.each([2, 3, 4, 5, 6])(
  "a lock that another holds on all of %i members is held, whoever answers first",
  async (count) => {
    const { members, provider } = testQuorum(count);
    await granted(quorum(members).tryAcquire(holder));
    expect(await provider.tryAcquire(attempt("mine"))).toMatchObject({
      granted: false,
      why: "held",
    });
  },
);

test.each([
  [3, 1],
  [5, 2],
])(
  "G-07 with members down contention is contention, not a fault: %i members, %i down",
  async (count, down) => {
    const { clock, members, provider } = testQuorum(count);
    for (const member of members.slice(0, down)) member.behave("down");
    const locks = createLocks({ provider });
    const others = createLocks({ provider: quorum(members) });
    const held = await others.acquire("a");
    expect(await locks.tryAcquire("a")).toBeUndefined();
    const waiting = settled(locks.acquire("a"));
    // Longer than a caller's patience with an unavailable backend.
    await clock.advance(30_000);
    await held.release();
    await clock.advance(1_000);
    expect((await waiting).error).toBeUndefined();
  },
);

test.each([1, 2, 3])(
  "a contended name that is free again is granted at once, with %i members",
  async (count) => {
    const { provider, release } = await contended(count);
    await release();
    // Nobody moves the clock: what waits for a timer waits for ever.
    await granted(provider.tryAcquire(attempt("next")));
  },
);

test("the time until a retry is worth while is when a majority could be free", async () => {
  const { members, provider } = testQuorum(5);
  for (const [index, ttlMs] of [1_000, 2_000, 3_000, 4_000].entries()) {
    await granted(at(members, index + 1).inner.tryAcquire(attempt(`other ${index}`, { ttlMs })));
  }
  // One grants, so two more have to end.
  expect(await provider.tryAcquire(attempt("mine"))).toMatchObject({ retryAfterMs: 2_000 });
});

test("a contended name is asked for at its lead alone, the same for every client", async () => {
  const made = await contended();
  const lead = await leadOf(made);
  const third = quorum(made.members);
  await third.tryAcquire(attempt("third"));
  for (const { acquires } of made.members) acquires.length = 0;
  expect(await third.tryAcquire(attempt("fourth"))).toMatchObject({ granted: false, why: "held" });
  expect(lead.acquires).toHaveLength(1);
  expect(askedCounts(made.members).reduce((a, b) => a + b)).toBe(1);
});

test("names are led by different members", async () => {
  const { clock, members, provider } = testQuorum(3);
  const other = quorum(members);
  const names = Array.from({ length: 60 }, (_, index) => `name ${index}`);
  for (const name of names) {
    await granted(other.tryAcquire(attempt(`of ${name}`, { name })));
    await provider.tryAcquire(attempt(`first of ${name}`, { name }));
  }
  for (const { acquires } of members) acquires.length = 0;
  for (const name of names) await provider.tryAcquire(attempt(`second of ${name}`, { name }));
  for (const count of askedCounts(members)) expect(count).toBeGreaterThan(8);
  await clock.advance(0);
});

test("who has the lead asks the others, and asks those again that the holder is leaving", async () => {
  const made = await contended();
  const { clock, members, provider } = made;
  const lead = await leadOf(made);
  const slow = members.filter((member) => member !== lead);
  for (const member of slow) member.behave("stopped", "release");
  void made.release();
  const answer = provider.tryAcquire(attempt("mine"));
  await clock.advance(20);
  expect(await holders([lead])).toEqual([1]);
  for (const member of slow) member.resume();
  await clock.advance(20);
  const grant = await granted(answer);
  expect(grant.sentAtMs).toBe(0);
  expect(lead.acquires).toHaveLength(1);
  await provider.release(giveBack(attempt("mine")));
  await clock.advance(0);
  expect(await holders(members)).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test("G-12 a member that stays held is asked again four times and no more", async () => {
  const made = await contended();
  const { clock, members, provider } = made;
  const lead = await leadOf(made);
  await lead.breakLock("a", { incarnation: "any" });
  const answer = provider.tryAcquire(attempt("mine"));
  await clock.advance(500);
  expect(await answer).toMatchObject({ granted: false, why: "held" });
  await clock.advance(500);
  expect(await holders([lead])).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
  const [most = 0] = askedCounts(members).toSorted((a, b) => b - a);
  expect(most).toBe(5);
});

test.each(["silent", "down"] as const)(
  "a lead that is %s is skipped, and delays by its time at most",
  async (behaviour) => {
    const made = await contended();
    const { clock, members, provider } = made;
    const lead = await leadOf(made);
    await made.release();
    await clock.advance(0);
    lead.behave(behaviour);
    const answer = provider.tryAcquire(attempt("mine"));
    await clock.advance(behaviour === "silent" ? 500 : 0);
    const { sentAtMs, validMs } = await granted(answer);
    expect([sentAtMs, validMs]).toEqual([0, 10_000]);
    lead.resume();
    await provider.release(giveBack(attempt("mine")));
    await clock.advance(2_000);
    expect(await holders(members)).toEqual([]);
  },
);

test("a name that nobody contends for any more is asked for at all members again", async () => {
  const made = await contended();
  await made.release();
  await made.clock.advance(10_000);
  await granted(made.provider.tryAcquire(attempt("mine")));
  expect(askedCounts(made.members)).toEqual([1, 1, 1]);
  expect(made.clock.monotonicMs()).toBe(10_000);
});

test("G-09 abort while the lead is sought, or while the others are asked again, leaves nothing", async () => {
  for (const isLeadFree of [false, true]) {
    const made = await contended();
    const { clock, members, provider } = made;
    const lead = await leadOf(made);
    if (isLeadFree) await lead.breakLock("a", { incarnation: "any" });
    else lead.behave("stopped");
    const controller = new AbortController();
    const mine = attempt("mine", { signal: controller.signal });
    const answer = settled(provider.tryAcquire(mine));
    await clock.advance(12);
    controller.abort();
    expect((await answer).error?.code).toBe("ABORTED");
    const released = provider.release(giveBack(mine, true));
    lead.resume();
    await made.release();
    await clock.advance(20_000);
    await released;
    expect(await holders(members)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  }
});

test("G-12 many releases under way keep nobody out", async () => {
  const { clock, members, provider } = testQuorum(3);
  const claims = Array.from({ length: 300 }, (_, index) =>
    attempt(`h${index}`, { name: `n${index}` }),
  );
  for (const claim of claims) await granted(provider.tryAcquire(claim));
  for (const member of members) member.behave("stopped", "release");
  const releases = Promise.all(claims.map((claim) => provider.release(giveBack(claim))));
  await clock.advance(0);
  await granted(provider.tryAcquire(attempt("mine")));
  for (const member of members) member.resume();
  expect(new Set(await releases)).toEqual(new Set(["released"]));
});

test("G-12 a hung member is spared when much is in doubt there, and asked again when it is back", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 20 });
  const first = at(members, 0);
  first.behave("silent");
  for (let index = 0; index < 300; index += 1) {
    const claim = attempt(`h${index}`, { name: `n${index}` });
    await granted(provider.tryAcquire(claim));
    await provider.release(giveBack(claim));
    await clock.advance(20);
  }
  // 128, and those of the second that a release may take.
  expect(first.acquires.length).toBeLessThanOrEqual(200);
  first.behave("up");
  await clock.advance(5_000);
  await granted(provider.tryAcquire(attempt("mine")));
  await clock.advance(0);
  expect(await holders(members)).toEqual([1, 2, 3]);
});

test("a silent member leads no election: contended names wait for it no longer", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 200 });
  at(members, 0).behave("silent");
  const names = Array.from({ length: 12 }, (_, index) => `name ${index}`);
  const attemptAll = (holderId: string) =>
    Promise.all(names.map((name) => provider.tryAcquire(attempt(`${holderId} ${name}`, { name }))));
  for (const member of members.slice(1)) {
    for (const name of names)
      await granted(member.inner.tryAcquire(attempt(`another ${name}`, { name })));
  }
  for (const answer of await attemptAll("first")) expect(answer).toMatchObject({ why: "held" });
  await clock.advance(200);
  const startMs = clock.monotonicMs();
  for (const answer of await attemptAll("second")) expect(answer).toMatchObject({ why: "held" });
  expect(clock.monotonicMs()).toBe(startMs);
});

test("a lead that hangs holds a free name up for 50 ms, and no longer", async () => {
  const { clock, members, provider } = testQuorum(3);
  const names = Array.from({ length: 12 }, (_, index) => `name ${index}`);
  for (const name of names) {
    for (const member of members) {
      await granted(member.inner.tryAcquire(attempt(`another ${name}`, { name, ttlMs: 50 })));
    }
    const first = attempt(`first ${name}`, { name });
    expect(await provider.tryAcquire(first)).toMatchObject({ why: "held" });
  }
  await clock.advance(60);
  at(members, 0).behave("silent");
  const answers = names.map((name) =>
    granted(provider.tryAcquire(attempt(`second ${name}`, { name }))),
  );
  await clock.advance(50);
  expect(await Promise.all(answers)).toHaveLength(names.length);
});

test("the lead of a name is the same for clients that list their members in another order", async () => {
  const { members } = testQuorum(5);
  const [one, two] = [quorum(members), quorum([...members].reverse())];
  for (let index = 0; index < 20; index += 1) {
    const name = `name ${index}`;
    await granted(one.tryAcquire(attempt(`of ${name}`, { name })));
    const leads: (FaultyMember | undefined)[] = [];
    for (const client of [one, two]) {
      await client.tryAcquire(attempt("first", { name }));
      for (const { acquires } of members) acquires.length = 0;
      await client.tryAcquire(attempt("second", { name }));
      leads.push(members.find(({ acquires }) => acquires.length > 0));
    }
    expect(leads[0]).toBe(leads[1]);
  }
});
