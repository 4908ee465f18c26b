import { describe, expect, test } from "vitest";
import { type Grant, quorum } from "../src/index.ts";
import {
  at,
  attempt,
  giveBack,
  granted,
  releasesOf,
  type TestQuorum,
  testQuorum,
} from "./quorum-members.ts";

const mine = attempt("mine");
const CLAIM = { name: "a", holderId: "mine", ttlMs: 10_000 };

/** Another holder comes and goes: those whose time has passed are forgotten with it. */
async function passing({ provider }: TestQuorum): Promise<void> {
  const other = attempt("passing", { name: "b" });
  await granted(provider.tryAcquire(other));
  await provider.release(giveBack(other));
}

/** What the members are told by a release of `mine`: of a holder that is not known, that it is in doubt. */
async function released({ clock, members, provider }: TestQuorum): Promise<string[]> {
  for (const { releases } of members) releases.length = 0;
  await provider.release(giveBack(mine));
  await clock.advance(0);
  return releasesOf(members, "mine");
}

const KNOWN = ["plain", "plain", "plain"];
const NOT_KNOWN = ["doubt", "doubt", "doubt"];

describe("a holder is known", () => {
  test.each([
    [1, KNOWN],
    [19_999, KNOWN],
    [20_000, NOT_KNOWN],
  ])("for twice its ttl: after %i ms", async (afterMs, told) => {
    const made = testQuorum();
    await granted(made.provider.tryAcquire(mine));
    await made.clock.advance(afterMs);
    await passing(made);
    expect(await released(made)).toEqual(told);
  });

  test("for as long again from each renewal", async () => {
    const made = testQuorum();
    await granted(made.provider.tryAcquire(mine));
    for (let times = 0; times < 4; times += 1) {
      await made.clock.advance(9_000);
      await made.provider.renew([CLAIM]);
    }
    await made.clock.advance(1);
    await passing(made);
    expect(await released(made)).toEqual(KNOWN);
  });

  test("with its token, once it was taken over", async () => {
    const made = testQuorum();
    const { fencingToken } = await granted(made.provider.tryAcquire(mine));
    const provider = quorum(made.members) as TestQuorum["provider"];
    const adopting = { ...made, provider };
    await provider.renew([CLAIM]);
    await made.clock.advance(1);
    await passing(adopting);
    for (const { renewals } of made.members) renewals.length = 0;
    await provider.renew([CLAIM]);
    const tokens = made.members.map(({ renewals }) => renewals.flat()[0]?.raiseFenceTo);
    expect(tokens).toEqual([fencingToken, fencingToken, fencingToken]);
  });

  test("until it was released, and not after that", async () => {
    const made = testQuorum();
    await granted(made.provider.tryAcquire(mine));
    expect(await released(made)).toEqual(KNOWN);
    expect(await released(made)).toEqual(NOT_KNOWN);
  });

  test("until it was refused, and not after that", async () => {
    const made = testQuorum();
    await granted(made.provider.tryAcquire(attempt("another")));
    expect(await made.provider.tryAcquire(mine)).toMatchObject({ why: "held" });
    expect(await released(made)).toEqual(NOT_KNOWN);
  });

  test("after a copy of its attempt that failed", async () => {
    const made = testQuorum();
    await granted(made.provider.tryAcquire(mine));
    for (const member of made.members) member.behave("down", "acquire");
    expect(await made.provider.tryAcquire(mine)).toMatchObject({ granted: false });
    for (const member of made.members) member.behave("up");
    expect(await released(made)).toEqual(KNOWN);
  });

  test("after a release that nobody answered: the next asks where it may be, and nowhere else", async () => {
    const made = testQuorum();
    const { clock, members, provider } = made;
    at(members, 2).behave("down");
    await granted(provider.tryAcquire(mine));
    for (const member of members) member.behave("silent", "release");
    const release = provider.release(giveBack(mine));
    await clock.advance(12_200);
    expect(await release).toBe("unknown");
    for (const member of members) member.behave("up");
    expect(await released(made)).toEqual(["plain", "plain", ""]);
  });
});

describe("what a quorum asks", () => {
  test("without fencing has no proposal", async () => {
    const { members } = testQuorum();
    const provider = quorum(members, { fencing: false });
    await granted(provider.tryAcquire(mine));
    expect("proposal" in (at(members, 0).acquires[0] ?? {})).toBe(false);
  });

  test("proposes more than it was ever granted, whatever the time", async () => {
    const { members, provider } = testQuorum();
    for (const member of members) {
      member.faults.acquire = (_, real) => ({ ...real(), fencingToken: 10n ** 18n }) as Grant;
    }
    await granted(provider.tryAcquire(mine));
    await provider.release(giveBack(mine));
    await granted(provider.tryAcquire(attempt("next")));
    expect(at(members, 0).acquires.at(-1)?.proposal).toBe(10n ** 18n + 1n);
  });

  test("is asked of all members again where none had a majority: that is no contention", async () => {
    const { members, provider } = testQuorum();
    for (const member of members.slice(1)) member.behave("down");
    expect(await provider.tryAcquire(mine)).toMatchObject({ why: "no-quorum" });
    for (const member of members) {
      member.behave("stopped");
      member.acquires.length = 0;
    }
    void provider.tryAcquire(attempt("next"));
    await at(members, 0).clock.advance(0);
    expect(members.map(({ acquires }) => acquires.length)).toEqual([1, 1, 1]);
  });

  test("is nothing where there is nothing to renew", async () => {
    const { members, provider } = testQuorum();
    expect(await provider.renew([])).toEqual([]);
    expect(members.flatMap(({ joins }) => joins)).toEqual([]);
  });

  test("joins its members once, whatever is asked", async () => {
    const { members, provider } = testQuorum();
    await granted(provider.tryAcquire(mine));
    await provider.renew([CLAIM]);
    await provider.renew([CLAIM]);
    await provider.release(giveBack(mine));
    expect(members.map(({ joins }) => joins.length)).toEqual([1, 1, 1]);
  });
});

test("a renewal of a lease that another process took waits a second for slow members to join", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 200 });
  await granted(provider.tryAcquire(mine));
  for (const member of members) {
    member.joining = () => new Promise((resolve) => void clock.setTimer(900, resolve));
  }
  const renewal = quorum(members, { memberTimeoutMs: 200 }).renew([CLAIM]);
  await clock.advance(900);
  expect(await renewal).toMatchObject([{ status: "renewed" }]);
});

test("leases of a quorum can be detached only where all members allow it", () => {
  const { members } = testQuorum();
  const [first, ...others] = members;
  if (first === undefined) throw new Error("there is no member");
  const bound = { ...first, capabilities: { ...first.capabilities, transferable: false } };
  expect(quorum([bound, ...others]).capabilities.transferable).toBe(false);
  expect(quorum(members).capabilities.transferable).toBe(true);
});
