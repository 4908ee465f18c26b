import { describe, expect, test } from "vitest";
import type { Grant, RenewRequest } from "../src/index.ts";
import { quorum } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type FaultyMember,
  giveBack,
  granted,
  holders,
  releasesOf,
  type TestQuorum,
  testQuorum,
} from "./quorum-members.ts";

/** Far ahead of every clock: each member clamps it to its own time and the slack. */
const FAR_AHEAD = 10n ** 18n;

/** The token stored at a member, whose later ones are larger. */
async function lift(member: FaultyMember): Promise<bigint> {
  const past = attempt("past", { proposal: FAR_AHEAD });
  const { fencingToken } = await granted(member.inner.tryAcquire(past));
  await member.inner.release(giveBack(past));
  return fencingToken ?? 0n;
}

/** A quorum whose members of these numbers answer larger tokens than the others. */
async function unevenQuorum(count: number, ...numbers: number[]): Promise<TestQuorum> {
  const made = testQuorum(count, { proposalSlackMs: 1_000, memberTimeoutMs: 100 });
  const warmUp = attempt("warm up");
  await granted(made.provider.tryAcquire(warmUp));
  await made.provider.release(giveBack(warmUp));
  for (const number of numbers) await lift(at(made.members, number - 1));
  return made;
}

function tokensAt(members: readonly FaultyMember[]): Promise<(bigint | undefined)[]> {
  return Promise.all(members.map(async (member) => (await member.inspect("a")).fencingToken));
}

function raisesOf({ renewals }: FaultyMember): (bigint | undefined)[] {
  return renewals.flat().map(({ raiseFenceTo }: RenewRequest) => raiseFenceTo);
}

describe("round one", () => {
  test("G-04 equal answers are the token: one round trip", async () => {
    const { clock, members, provider } = testQuorum(3);
    const { fencingToken } = await granted(provider.tryAcquire(attempt("mine")));
    expect(fencingToken).toBe(BigInt(clock.wallMs()) * 1_000n);
    expect(await tokensAt(members)).toEqual([fencingToken, fencingToken, fencingToken]);
    expect(members.flatMap(({ renewals }) => renewals)).toEqual([]);
  });

  test("G-04 every member is asked with one proposal, larger for each attempt", async () => {
    const { members, provider } = testQuorum(3);
    const proposals: (bigint | undefined)[] = [];
    for (const holderId of ["one", "two", "three"]) {
      const mine = attempt(holderId);
      await granted(provider.tryAcquire(mine));
      await provider.release(giveBack(mine));
      const asked = members.map(({ acquires }) => acquires.at(-1)?.proposal);
      expect(new Set(asked).size).toBe(1);
      proposals.push(asked[0]);
    }
    expect(proposals.toSorted((a = 0n, b = 0n) => (a < b ? -1 : 1))).toEqual(proposals);
    expect(new Set(proposals).size).toBe(3);
  });

  test("G-04 tokens rise over holders of many clients, even while the wall clock stands", async () => {
    const { members, provider } = testQuorum(3);
    const clients = [provider, quorum(members), quorum(members)];
    let last = 0n;
    for (let round = 0; round < 9; round += 1) {
      const mine = attempt(`holder ${round}`);
      const client = at(clients, round % 3);
      const { fencingToken = 0n } = await granted(await client.tryAcquire(mine));
      expect(fencingToken).toBeGreaterThan(last);
      last = fencingToken;
      await client.release(giveBack(mine));
    }
  });

  test("G-04 the lease carries its token as state", async () => {
    const { provider } = testQuorum(3);
    const { fencingToken, state } = await granted(provider.tryAcquire(attempt("mine")));
    expect(state).toBe(String(fencingToken));
  });
});

describe("round two", () => {
  test("G-04 differing answers are raised to the largest at those below it", async () => {
    const { members, provider } = await unevenQuorum(3, 2);
    const { fencingToken } = await granted(provider.tryAcquire(attempt("mine")));
    expect(await tokensAt(members)).toEqual([fencingToken, fencingToken, fencingToken]);
    expect(members.map(raisesOf)).toEqual([[fencingToken], [], [fencingToken]]);
  });

  test("G-04 a token is larger than that of a holder whom only one member remembers", async () => {
    const { members, provider } = await unevenQuorum(3);
    const past = await lift(at(members, 0));
    at(members, 1).behave("down");
    const { fencingToken = 0n } = await granted(provider.tryAcquire(attempt("mine")));
    expect(fencingToken).toBeGreaterThan(past);
    await provider.release(giveBack(attempt("mine")));
    at(members, 0).behave("down");
    at(members, 1).behave("up");
    // Member 3 alone tells of the raise.
    const next = await granted(provider.tryAcquire(attempt("next")));
    expect(next.fencingToken).toBeGreaterThan(fencingToken);
  });

  test.each(["silent", "mute", "cut", "down"] as const)(
    "G-04 without a majority of confirmations there is no lease: renewals %s",
    async (behaviour) => {
      const { clock, members, provider } = await unevenQuorum(3, 2);
      for (const member of members) member.behave(behaviour, "renew");
      const answer = provider.tryAcquire(attempt("mine"));
      await clock.advance(100);
      const { votes, ...refusal } = (await answer) as { votes?: readonly { why?: string }[] };
      expect(refusal).toEqual({ granted: false, why: "no-quorum", outcome: "not-applied" });
      expect(votes?.filter(({ why }) => /fencing token/.test(why ?? ""))).toHaveLength(2);
      expect(releasesOf(members, "mine")).toEqual(["plain", "plain", "plain"]);
      expect(await holders(members)).toEqual([]);
    },
  );

  test("G-04 a majority that confirmed is enough", async () => {
    const { clock, members, provider } = await unevenQuorum(5, 2);
    for (const member of members.slice(3)) member.behave("silent", "renew");
    const { fencingToken } = await granted(provider.tryAcquire(attempt("mine")));
    expect(clock.monotonicMs()).toBe(0);
    expect((await tokensAt(members)).slice(0, 3)).toEqual(Array(3).fill(fencingToken));
  });

  test("G-04 a member that answers another token than it was raised to has not confirmed", async () => {
    const { members, provider } = await unevenQuorum(3, 2);
    for (const member of members) {
      member.faults.renew = async (_, real) =>
        (await real()).map((one) =>
          one.status === "renewed" ? { ...one, fencingToken: (one.fencingToken ?? 0n) - 1n } : one,
        );
    }
    const answer = await provider.tryAcquire(attempt("mine"));
    expect(answer).toMatchObject({ granted: false, why: "no-quorum" });
  });

  test("G-04 a lock that was taken by another between the rounds is not raised", async () => {
    const { members, provider } = await unevenQuorum(3, 2);
    for (const member of members) {
      member.faults.renew = async (_, real) => {
        await member.breakLock("a", { incarnation: "any" });
        await granted(member.inner.tryAcquire(attempt("thief")));
        return real();
      };
    }
    expect(await provider.tryAcquire(attempt("mine"))).toMatchObject({ granted: false });
    expect(await holders(members.slice(0, 1))).toEqual([1]);
  });

  test("G-04 a grant that comes during round two is raised before it counts", async () => {
    const { clock, members, provider } = await unevenQuorum(3, 2);
    const third = at(members, 2);
    third.behave("stopped");
    // Member 1 is asked to confirm and never answers: only the late member 3 can.
    at(members, 0).behave("silent", "renew");
    const answer = provider.tryAcquire(attempt("mine"));
    await clock.advance(10);
    third.resume();
    const { fencingToken } = await granted(answer);
    expect(raisesOf(third)).toEqual([fencingToken]);
    expect((await third.inspect("a")).fencingToken).toBe(fencingToken);
  });

  test("G-04 a late grant with a larger token has no vote: another may have been there", async () => {
    const { clock, members, provider } = await unevenQuorum(3, 2);
    const third = at(members, 2);
    third.behave("stopped");
    at(members, 0).behave("silent", "renew");
    const answer = provider.tryAcquire(attempt("mine"));
    await clock.advance(10);
    clock.stall(10);
    await lift(third);
    third.resume();
    await clock.advance(100);
    expect(await answer).toMatchObject({ granted: false, why: "no-quorum" });
    expect(await holders(members.slice(1))).toEqual([]);
  });

  test("G-04 a copy of a granted request keeps its token", async () => {
    const { members, provider } = await unevenQuorum(3, 2);
    const mine = attempt("mine");
    const first = await granted(provider.tryAcquire(mine));
    const second = await granted(provider.tryAcquire(mine));
    expect(second.fencingToken).toBe(first.fencingToken);
    expect(await provider.release(giveBack(mine))).toBe("released");
    expect(await holders(members)).toEqual([]);
  });

  test("G-01 round two counts the validity from before round one", async () => {
    const { clock, members, provider } = await unevenQuorum(3, 2);
    for (const member of members) {
      member.faults.renew = async (_, real) => {
        clock.stall(50);
        return real();
      };
    }
    clock.stall(7);
    const { sentAtMs, validMs } = await granted(provider.tryAcquire(attempt("mine")));
    expect([sentAtMs, validMs]).toEqual([7, 10_000]);
  });
});

describe("renewal", () => {
  /** A lease on members 1 and 2 whose request to member 3 is still under way. */
  async function leaseOfTwo(): Promise<TestQuorum & { readonly lease: Grant }> {
    const made = testQuorum(3);
    at(made.members, 2).behave("stopped");
    const lease = await granted(made.provider.tryAcquire(attempt("mine")));
    return { ...made, lease };
  }

  test("G-04 a late grant is raised to the lease's token by the next renewal", async () => {
    const { clock, members, provider, lease } = await leaseOfTwo();
    const third = at(members, 2);
    clock.setWall(clock.wallMs() - 5_000);
    third.resume();
    await clock.advance(0);
    expect((await third.inspect("a")).fencingToken).toBeLessThan(lease.fencingToken ?? 0n);
    expect(await provider.renew([lease])).toMatchObject([
      { status: "renewed", fencingToken: lease.fencingToken },
    ]);
    await clock.advance(0);
    expect(await tokensAt(members)).toEqual(Array(3).fill(lease.fencingToken));
  });

  test("G-03 a renewal at a member that another held since is no vote", async () => {
    const { clock, members, provider, lease } = await leaseOfTwo();
    const [, second, third] = members as [FaultyMember, FaultyMember, FaultyMember];
    // The lock is deleted at 2, another holds {2, 3} and is gone, and only then our request reaches 3.
    await second.breakLock("a", { incarnation: "any" });
    const { fencingToken = 0n } = lease;
    for (const member of [second, third]) {
      const successor = attempt("successor", { proposal: fencingToken + 1n });
      await granted(member.inner.tryAcquire(successor));
      await member.inner.release(giveBack(successor));
    }
    third.resume();
    await clock.advance(0);
    expect(await holders(members)).toEqual([1, 3]);
    expect(await provider.renew([lease])).toMatchObject([{ status: "lost" }]);
  });
});

test("G-01 members whose clocks strayed from each other have no votes together", async () => {
  const { clock, members, provider } = testQuorum(3);
  const [first, second, third] = members as [FaultyMember, FaultyMember, FaultyMember];
  for (const member of members) member.clockOffsetMs = 0;
  first.clockOffsetMs = 3_600_000;
  await granted(provider.tryAcquire(attempt("mine")));
  await provider.release(giveBack(attempt("mine")));
  await clock.advance(0);
  third.behave("down");
  const answer = await provider.tryAcquire(attempt("next"));
  expect(answer).toMatchObject({ granted: false, why: "no-quorum" });
  expect((answer as { votes?: unknown[] }).votes).toContainEqual(
    expect.objectContaining({ answer: "abstaining", why: expect.stringMatching(/clock/) }),
  );
  await clock.advance(0);
  expect(await holders([first, second])).toEqual([]);
  const findings = await provider.doctor();
  expect(findings.map(({ what }) => what).join()).toMatch(/faulty 1: its clock is 3600000 ms/);
});

test("G-04 proposals follow the members' clocks, not the client's", async () => {
  const { clock, members, provider } = testQuorum(3);
  for (const member of members) member.clockOffsetMs = 5_000;
  await granted(provider.tryAcquire(attempt("mine")));
  await provider.release(giveBack(attempt("mine")));
  await clock.advance(0);
  await settled(provider.tryAcquire(attempt("next")));
  const proposal = at(members, 0).acquires.at(-1)?.proposal ?? 0n;
  expect(Number(proposal / 1_000n) - clock.wallMs()).toBe(5_000);
});
