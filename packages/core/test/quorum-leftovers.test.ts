import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { LockError } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type Behaviour,
  type FaultyMember,
  giveBack,
  granted,
  holders,
  releasesOf,
  type TestQuorum,
  testQuorum,
} from "./quorum-members.ts";

/** Another client's lock on two of three members, so that an attempt can only fail. */
async function losing(): Promise<TestQuorum & { readonly first: FaultyMember }> {
  const made = testQuorum(3, { memberTimeoutMs: 40 });
  for (const member of made.members.slice(1)) {
    await granted(member.inner.tryAcquire(attempt("another")));
  }
  return { ...made, first: at(made.members, 0) };
}

const TOLD: readonly [Behaviour, string][] = [
  ["up", "plain"],
  ["down", ""],
  ["cut", "doubt"],
  ["mute", "doubt"],
  ["silent", "doubt"],
  ["stopped", "doubt"],
];

test.each(TOLD)(
  "G-06 after a failed attempt a member that is %s is told: %j",
  async (behaviour, told) => {
    const { clock, members, first, provider } = await losing();
    first.behave(behaviour);
    const answer = provider.tryAcquire(attempt("mine"));
    await clock.advance(0);
    expect(await answer).toMatchObject({ granted: false });
    // What is unknown after a second is told again, in doubt.
    await clock.advance(2_500);
    const [releases, ...others] = releasesOf(members, "mine");
    // The others refused: nothing of ours can be there.
    expect(others).toEqual(["", ""]);
    if (told === "doubt") expect(releases).toMatch(/doubt/);
    else expect(releases).toBe(told);
    first.resume();
    await clock.advance(2_000);
    expect(await holders([first])).toEqual([]);
  },
);

test("G-06 members that applied and never answered are asked until they release", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 40 });
  for (const member of members) {
    member.behave("mute");
    member.behave("silent", "release");
  }
  const answer = provider.tryAcquire(attempt("mine"));
  await clock.advance(40);
  expect(await answer).toMatchObject({ granted: false, why: "no-quorum" });
  expect(await holders(members)).toEqual([1, 2, 3]);
  for (const member of members) member.behave("up");
  await clock.advance(2_500);
  expect(await holders(members)).toEqual([]);
});

test("G-06 a request that arrives after its release in doubt leaves no ghost", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 40 });
  const late: (() => unknown)[] = [];
  for (const member of members) {
    member.faults.acquire = (_, real) => {
      late.push(real);
      return new Promise(() => undefined);
    };
  }
  const answer = provider.tryAcquire(attempt("mine"));
  await clock.advance(40);
  expect(await answer).toMatchObject({ why: "no-quorum" });
  await clock.advance(0);
  for (const arrive of late) await settled(Promise.resolve().then(arrive));
  expect(late).toHaveLength(3);
  expect(await holders(members)).toEqual([]);
});

test("G-09 no attempt is blocked by the residue of the one before", async () => {
  const { clock, members, provider } = testQuorum(3);
  for (const member of members.slice(1)) member.behave("down");
  for (const holderId of ["one", "two", "three"]) {
    expect(await provider.tryAcquire(attempt(holderId))).toMatchObject({ why: "no-quorum" });
    await clock.advance(0);
    expect(await holders(members)).toEqual([]);
  }
  for (const member of members) member.behave("up");
  await granted(provider.tryAcquire(attempt("four")));
});

test("G-09 a late grant after a lost attempt is given back", async () => {
  const { clock, members, provider } = testQuorum(5, { memberTimeoutMs: 40 });
  for (const member of members.slice(0, 2)) member.behave("stopped");
  for (const member of members.slice(2)) member.behave("down");
  expect(await provider.tryAcquire(attempt("mine"))).toMatchObject({ why: "no-quorum" });
  for (const member of members.slice(0, 2)) member.resume();
  await clock.advance(2_500);
  expect(await holders(members)).toEqual([]);
});

test("G-06 a release tells all that may have it: plain where it is sure, in doubt where not", async () => {
  const { clock, members, provider } = testQuorum(5);
  at(members, 1).behave("silent");
  at(members, 2).behave("down");
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  expect(await provider.release(giveBack(mine))).toBe("released");
  await clock.advance(2_500);
  const [first, silent, ...rest] = releasesOf(members, "mine");
  expect([first, ...rest]).toEqual(["plain", "", "plain", "plain"]);
  expect(silent).toMatch(/doubt/);
  expect(await holders(members)).toEqual([]);
});

test("G-10 a plain release answers with the majority, and goes on at the others", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  at(members, 2).behave("stopped");
  expect(await provider.release(giveBack(mine))).toBe("released");
  expect([clock.monotonicMs(), await holders(members)]).toEqual([0, [3]]);
  at(members, 2).resume();
  await clock.advance(0);
  expect(await holders(members)).toEqual([]);
});

test("G-06 a release in doubt waits for every member that may have it", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  at(members, 2).behave("stopped");
  let outcome: unknown;
  void provider.release(giveBack(mine, true)).then((said) => {
    outcome = said;
  });
  await clock.advance(500);
  expect(outcome).toBeUndefined();
  at(members, 2).resume();
  await clock.advance(0);
  expect(outcome).toBe("released");
  expect(releasesOf(members, "mine")).toEqual(["doubt", "doubt", "doubt"]);
});

test("G-10 a release is absent when no majority had it, unknown when nobody answers for a ttl", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  for (const member of members.slice(1)) await member.breakLock("a", { incarnation: "any" });
  expect(await provider.release(giveBack(mine))).toBe("absent");
  const next = attempt("next");
  await granted(provider.tryAcquire(next));
  for (const member of members.slice(1)) member.behave("silent");
  const outcome = provider.release(giveBack(next));
  // The ttl, the longest delay before the last release, and the second and an eighth that this one may take.
  await clock.advance(12_200);
  expect(await outcome).toBe("unknown");
});

test("G-10 a second release joins the first; one after an unknown outcome asks again", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine", { ttlMs: 5_000 });
  await granted(provider.tryAcquire(mine));
  for (const member of members) member.behave("stopped");
  const both = Promise.all([provider.release(giveBack(mine)), provider.release(giveBack(mine))]);
  await clock.advance(0);
  expect(releasesOf(members, "mine")).toEqual(["plain", "plain", "plain"]);
  for (const member of members) member.resume();
  expect(await both).toEqual(["released", "released"]);
  const next = attempt("next", { ttlMs: 5_000 });
  await granted(provider.tryAcquire(next));
  for (const member of members) member.behave("silent");
  const unknown = provider.release(giveBack(next));
  await clock.advance(8_000);
  expect(await unknown).toBe("unknown");
  for (const member of members) member.behave("up");
  expect(await provider.release(giveBack(next))).toBe("absent");
});

/** Starts an attempt, lets `until` decide when its caller leaves, and leaves as core does. */
async function leave(
  { clock, members, provider }: TestQuorum,
  until: () => Promise<void>,
): Promise<LockError | undefined> {
  const controller = new AbortController();
  const mine = attempt("mine", { signal: controller.signal });
  const answer = settled(provider.tryAcquire(mine));
  await until();
  const reason = new LockError("ABORTED", "the caller has left");
  controller.abort(reason);
  const { error } = await answer;
  const release = provider.release(giveBack(mine, true));
  for (const member of members) member.resume();
  await clock.advance(3_000);
  await release;
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  expect(await holders(members)).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
  return error;
}

test("G-09 abort before anything was sent sends nothing", async () => {
  const { members, provider } = testQuorum(3);
  const attempted = provider.tryAcquire(attempt("mine", { signal: AbortSignal.abort() }));
  const { error } = await settled(attempted);
  expect([error?.code, error?.outcome]).toEqual(["ABORTED", "not-applied"]);
  expect(members.flatMap(({ joins, acquires }) => [...joins, ...acquires])).toEqual([]);
});

test("G-09 abort during the join never asks afterwards", async () => {
  const made = testQuorum(3);
  for (const member of made.members) {
    member.joining = () => new Promise((resolve) => made.clock.setTimer(100, resolve));
  }
  const error = await leave(made, () => made.clock.advance(50));
  expect([error?.code, error?.outcome]).toEqual(["ABORTED", "not-applied"]);
  expect(made.members.flatMap(({ acquires }) => acquires)).toEqual([]);
});

test.each(["stopped", "mute", "cut", "down", "silent"] as const)(
  "G-09 abort in flight leaves nothing on members that are %s",
  async (behaviour) => {
    const made = testQuorum(3);
    for (const member of made.members.slice(1)) member.behave(behaviour);
    if (behaviour === "cut" || behaviour === "down") at(made.members, 0).behave("stopped");
    const isOver = behaviour === "cut" || behaviour === "down";
    const error = await leave(made, () => made.clock.advance(0));
    expect(error?.code).toBe(isOver ? undefined : "ABORTED");
  },
);

test("G-09 abort between round one and round two leaves nothing", async () => {
  const made = testQuorum(3);
  const old = attempt("old", { proposal: 10n ** 18n });
  await granted(made.provider.tryAcquire(attempt("warm up")));
  await made.provider.release(giveBack(attempt("warm up")));
  const ahead = at(made.members, 0);
  await granted(ahead.inner.tryAcquire(old));
  await ahead.inner.release(giveBack(old));
  for (const member of made.members) member.behave("silent", "renew");
  const error = await leave(made, async () => {
    await made.clock.advance(0);
    expect(await holders(made.members)).toEqual([1, 2, 3]);
  });
  expect(error?.code).toBe("ABORTED");
  expect(made.members.flatMap(({ renewals }) => renewals)).toHaveLength(2);
});

test("G-09 abort after the grant leaves the lock to its holder", async () => {
  const { members, provider } = testQuorum(3);
  const controller = new AbortController();
  const mine = attempt("mine", { signal: controller.signal });
  await granted(provider.tryAcquire(mine));
  controller.abort();
  expect(await holders(members)).toEqual([1, 2, 3]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("G-09 a release during a running attempt ends it and leaves nothing", async () => {
  const { clock, members, provider } = testQuorum(3);
  for (const member of members) member.behave("stopped");
  const mine = attempt("mine");
  const answer = settled(provider.tryAcquire(mine));
  await clock.advance(0);
  const release = provider.release(giveBack(mine));
  for (const member of members) member.resume();
  await clock.advance(0);
  expect((await answer).error?.code).toBe("ABORTED");
  expect(await release).toBe("released");
  // They answered while the release waited for that, so it knows what is there.
  expect(releasesOf(members, "mine")).toEqual(["plain", "plain", "plain"]);
  expect(await holders(members)).toEqual([]);
  await clock.advance(20_000);
  expect(clock.pendingTimers).toBe(0);
});

test("G-12 closing waits a second for what is in doubt, then ends every member", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  for (const member of members) member.behave("silent");
  void provider.release(giveBack(mine, true));
  let isClosed = false;
  const closing = provider[Symbol.asyncDispose]().then(() => {
    isClosed = true;
  });
  await clock.advance(999);
  expect(isClosed).toBe(false);
  await clock.advance(1);
  await closing;
  expect(clock.pendingTimers).toBe(0);
  for (const member of members) {
    expect((await settled(Promise.resolve(member.inner.tryAcquire(mine)))).error?.code).toBe(
      "PROVIDER_CLOSED",
    );
  }
});

test("G-06 the next attempt is not refused by what the one before left on a slow member", async () => {
  const { clock, members, provider } = testQuorum(3);
  await granted(provider.tryAcquire(attempt("warm")));
  await provider.release(giveBack(attempt("warm")));
  const slow = at(members, 0);
  slow.behave("stopped");
  await granted(provider.tryAcquire(attempt("first")));
  expect(await provider.release(giveBack(attempt("first")))).toBe("released");
  // It waits for the answer to its acquire, and the next attempt waits for it.
  expect(releasesOf([slow], "first")).toEqual([""]);
  const next = provider.tryAcquire(attempt("next"));
  const asked = slow.acquires.length;
  slow.resume();
  await granted(next);
  await clock.advance(0);
  expect([releasesOf([slow], "first"), slow.acquires.length]).toEqual([["plain"], asked + 1]);
  await clock.advance(0);
  expect(await holders(members)).toEqual([1, 2, 3]);
});

test("G-12 closing waits for a release that is under way at a slow member", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  const slow = at(members, 2);
  slow.behave("stopped");
  expect(await provider.release(giveBack(mine))).toBe("released");
  let isClosed = false;
  const closing = provider[Symbol.asyncDispose]().then(() => {
    isClosed = true;
  });
  await clock.advance(500);
  expect(isClosed).toBe(false);
  slow.resume();
  await closing;
  expect([clock.monotonicMs(), releasesOf([slow], "mine")]).toEqual([500, ["plain"]]);
});

test("closing with nothing in doubt takes no time, and what comes after is refused", async () => {
  const { clock, provider } = testQuorum(3);
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  await provider[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  expect([clock.monotonicMs(), clock.pendingTimers]).toEqual([0, 0]);
  const { error } = await settled(provider.tryAcquire(attempt("next")));
  expect(error?.code).toBe("PROVIDER_CLOSED");
  const [renewal] = await provider.renew([mine]);
  expect(renewal?.status).toBe("unknown");
});

test("G-12 an attempt that was given up before anything was sent leaves nothing in doubt", async () => {
  const made = testQuorum(3);
  for (const member of made.members) member.joining = () => new Promise(() => undefined);
  const controller = new AbortController();
  const mine = attempt("mine", { signal: controller.signal });
  const attempted = settled(made.provider.tryAcquire(mine));
  controller.abort();
  expect((await attempted).error).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
  expect(await made.provider.release(giveBack(mine, true))).toBe("absent");
  expect(releasesOf(made.members, "mine")).toEqual(["", "", ""]);
});

test("G-06 an attempt that failed is of unknown outcome while a member may have its lock", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 200 });
  for (const member of members) member.behave("mute");
  const answer = settled(provider.tryAcquire(attempt("mine")));
  await clock.advance(200);
  expect((await answer).value).toMatchObject({ why: "no-quorum", outcome: "unknown" });
});
