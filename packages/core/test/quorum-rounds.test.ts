import { describe, expect, test } from "vitest";
import {
  type AcquireRequest,
  type Grant,
  manualClock,
  type QuorumOptions,
  quorum,
  type RenewOutcome,
} from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type FaultyMember,
  faultyMember,
  giveBack,
  granted,
  holders,
  type TestQuorum,
  testQuorum,
} from "./quorum-members.ts";

const CLAIM = { name: "a", holderId: "mine", ttlMs: 10_000 };

/** A quorum that has the lock `a`, each member with a state of its own. */
async function held(count = 3, options: QuorumOptions & { fencing?: true } = {}) {
  const made = testQuorum(count, options);
  for (const [index, member] of made.members.entries()) {
    member.faults.acquire = (_, real) => ({ ...real(), state: `of ${index + 1}` }) as Grant;
  }
  const grant = await granted(made.provider.tryAcquire(attempt("mine")));
  for (const member of made.members) member.behave("up");
  return { ...made, grant };
}

/** Members that answer a renewal with this, in their order. */
function answering(members: readonly FaultyMember[], ...answers: (RenewOutcome | "real")[]): void {
  for (const [index, answer] of answers.entries()) {
    if (answer !== "real") at(members, index).faults.renew = async () => [answer];
  }
}

const LOST = { status: "lost", why: "deleted" } as const;
const UNKNOWN = { status: "unknown", cause: undefined } as const;

function renewed(sentAtMs: number, validMs: number, fencingToken?: bigint): RenewOutcome {
  return { status: "renewed", sentAtMs, validMs, fencingToken };
}

describe("a renewal", () => {
  test("asks each member with its own state, and to raise its token to the lease's", async () => {
    const { members, provider, grant } = await held();
    await provider.renew([CLAIM]);
    const asked = members.map(({ renewals }) => renewals.flat());
    expect(asked).toStrictEqual(
      [1, 2, 3].map((number) => [
        { ...CLAIM, raiseFenceTo: grant.fencingToken, state: `of ${number}` },
      ]),
    );
  });

  test("without fencing asks for no token and tells none", async () => {
    const clock = manualClock();
    const members = [1, 2, 3].map((number) => faultyMember(clock, number));
    const provider = quorum(members, { fencing: false });
    await provider.tryAcquire(attempt("mine"));
    const [outcome] = await provider.renew([CLAIM]);
    expect(outcome).toMatchObject({ status: "renewed", fencingToken: undefined });
    const asked = members.map(({ renewals }) => renewals.flat());
    expect(asked).toStrictEqual([[CLAIM], [CLAIM], [CLAIM]]);
  });

  test("is valid for as long as the member that keeps it shortest, counted from its send", async () => {
    const { clock, members, provider, grant } = await held();
    await clock.advance(1_000);
    answering(members, renewed(1_000, 9_000), renewed(990, 8_000), renewed(1_000, 7_995));
    expect(await provider.renew([CLAIM])).toEqual([
      { status: "renewed", sentAtMs: 1_000, validMs: 7_990, fencingToken: grant.fencingToken },
    ]);
    answering(members, renewed(1_500, 9_000), renewed(1_500, 8_000), LOST);
    // Never longer than what a member said.
    expect(await provider.renew([CLAIM])).toMatchObject([{ sentAtMs: 1_000, validMs: 8_000 }]);
  });

  test("has as long as the longest ttl allows", async () => {
    const { clock, members, provider } = await held();
    for (const member of members) member.behave("silent", "renew");
    let isOver = false;
    const other = { name: "b", holderId: "other", ttlMs: 40_000 };
    void provider.renew([CLAIM, other]).then(() => {
      isOver = true;
    });
    await clock.advance(1_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect([isOver, clock.pendingTimers]).toEqual([true, 0]);
  });

  test("is over when every member has answered, whatever it says", async () => {
    const { clock, members, provider } = await held();
    answering(members, UNKNOWN, LOST, UNKNOWN);
    expect(await provider.renew([CLAIM])).toMatchObject([{ status: "unknown" }]);
    expect([clock.monotonicMs(), clock.pendingTimers]).toEqual([0, 0]);
  });

  test.each([
    [3, 1, "unknown"],
    [3, 2, "lost"],
    [4, 1, "unknown"],
    [4, 2, "lost"],
    [5, 2, "unknown"],
    [5, 3, "lost"],
  ] as const)("of %i members that %i lost is %s", async (count, lost, status) => {
    const { members, provider } = await held(count);
    const answers = members.map((_, index) => (index < lost ? LOST : UNKNOWN));
    answering(members, ...answers);
    expect(await provider.renew([CLAIM])).toMatchObject([{ status }]);
  });

  test("counts a token that is one larger, which a repair gives, and none larger than that", async () => {
    for (const [more, status] of [
      [1n, "renewed"],
      [2n, "lost"],
    ] as const) {
      const { members, provider, grant } = await held();
      const fencingToken = (grant.fencingToken ?? 0n) + more;
      const answer = { ...renewed(0, 10_000), fencingToken };
      answering(members, answer, answer, answer);
      expect(await provider.renew([CLAIM])).toMatchObject([{ status }]);
    }
  });

  test("of a lease that another process took raises to the largest token that is told", async () => {
    const { members, grant } = await held();
    const adopting = quorum(members);
    answering(members, renewed(0, 10_000, 5n), renewed(0, 10_000, 9n), renewed(0, 10_000, 7n));
    expect(await adopting.renew([CLAIM])).toMatchObject([{ fencingToken: 9n }]);
    expect(members.map(({ renewals }) => renewals.flat().at(-1))).toEqual([CLAIM, CLAIM, CLAIM]);
    // From then on it is the lease's.
    answering(members, renewed(0, 10_000), renewed(0, 10_000), renewed(0, 10_000));
    expect(await adopting.renew([CLAIM])).toMatchObject([{ fencingToken: 9n }]);
    expect(grant.fencingToken).toBeGreaterThan(9n);
  });

  test.each([
    ["7", 7n],
    ["12345678901234567890", 12345678901234567890n],
    ["123456789012345678901", undefined],
    ["12x", undefined],
    ["x12", undefined],
    ["", undefined],
    [undefined, undefined],
  ])(
    "of a lease by its state reads a token where there is one: %s",
    async (state, raiseFenceTo) => {
      const { members } = await held();
      await quorum(members).renew([state === undefined ? CLAIM : { ...CLAIM, state }]);
      const asked = members.map(({ renewals }) => renewals.flat().at(-1)?.raiseFenceTo);
      expect(asked).toEqual([raiseFenceTo, raiseFenceTo, raiseFenceTo]);
    },
  );

  test("joins the members first, where it is the first that is asked", async () => {
    const { members } = await held();
    const adopting = quorum(members);
    for (const { joins } of members) joins.length = 0;
    await adopting.renew([CLAIM]);
    expect(members.map(({ joins }) => joins.length)).toEqual([1, 1, 1]);
  });
});

describe("a repair", () => {
  /** The first member lost the lock, and its repair was asked for. */
  async function missing(): Promise<TestQuorum & { readonly asked: readonly AcquireRequest[] }> {
    const made = await held();
    await at(made.members, 0).breakLock("a", { incarnation: "any" });
    for (const { acquires } of made.members) acquires.length = 0;
    await made.provider.renew([CLAIM]);
    await made.clock.advance(0);
    return { ...made, asked: at(made.members, 0).acquires };
  }

  test("asks for the same holder, with the lease's token and without a proposal", async () => {
    const { asked, members } = await missing();
    const restore = expect.any(BigInt);
    expect(asked).toEqual([{ ...CLAIM, mode: "exclusive", renewable: true, restore }]);
    expect(members.slice(1).map(({ acquires }) => acquires)).toEqual([[], []]);
  });

  test("is made for a member whose answer comes after the majority's", async () => {
    const { clock, members, provider } = await held();
    await at(members, 0).breakLock("a", { incarnation: "any" });
    at(members, 0).behave("stopped", "renew");
    expect(await provider.renew([CLAIM])).toMatchObject([{ status: "renewed" }]);
    await clock.advance(0);
    expect(await holders(members)).toEqual([2, 3]);
    at(members, 0).resume();
    await clock.advance(0);
    expect(await holders(members)).toEqual([1, 2, 3]);
  });

  test("that failed is made again by the next renewal", async () => {
    const { clock, members, provider } = await held();
    await at(members, 0).breakLock("a", { incarnation: "any" });
    at(members, 0).behave("down", "acquire");
    await provider.renew([CLAIM]);
    await clock.advance(0);
    expect(await holders(members)).toEqual([2, 3]);
    at(members, 0).behave("up");
    await provider.renew([CLAIM]);
    await clock.advance(0);
    expect(await holders(members)).toEqual([1, 2, 3]);
  });
});

describe("clocks", () => {
  test.each([
    // The guard, less two slacks.
    [{ ttlMsMax: 10_000, restartGuardMs: 20_000, proposalSlackMs: 100 }, 19_800],
    // Without a guard, how long a fence is remembered.
    [{ ttlMsMax: 10_000, restartGuardMs: 0, proposalSlackMs: 100 }, 599_800],
    // A guard that is longer than that.
    [{ ttlMsMax: 10_000, restartGuardMs: 700_000, proposalSlackMs: 100 }, 599_800],
  ] as const)("may be apart as far as a restarted member waits: %j", async (options, limitMs) => {
    for (const [apartMs, isGranted] of [
      [limitMs, true],
      [limitMs + 1, false],
    ] as const) {
      const { members, provider } = testQuorum(2, options);
      at(members, 0).clockOffsetMs = 0;
      at(members, 1).clockOffsetMs = apartMs;
      const answer = await provider.tryAcquire(attempt("mine"));
      expect(answer.granted).toBe(isGranted);
    }
  });

  test("that are apart renew no lease together", async () => {
    const { members, provider } = testQuorum(3, { ttlMsMax: 10_000 });
    at(members, 2).behave("down");
    for (const member of members) member.clockOffsetMs = 0;
    await granted(provider.tryAcquire(attempt("mine")));
    at(members, 1).clockOffsetMs = 3_600_000;
    await provider.tryAcquire(attempt("other", { name: "b" }));
    expect(await provider.renew([CLAIM])).toMatchObject([{ status: "unknown" }]);
  });
});

describe("meeting the members", () => {
  test("ends after a second where no majority can be joined", async () => {
    const { clock, members, provider } = testQuorum(3);
    for (const member of members.slice(1)) member.joining = () => new Promise(() => undefined);
    const answer = settled(provider.tryAcquire(attempt("mine")));
    await clock.advance(999);
    expect(at(members, 0).acquires).toEqual([]);
    await clock.advance(1);
    expect(at(members, 0).acquires).toHaveLength(1);
    await clock.advance(500);
    expect((await answer).value).toMatchObject({ granted: false, why: "no-quorum" });
  });

  test("waits fifty milliseconds for the last once a majority was joined", async () => {
    const { clock, members, provider } = testQuorum(5);
    for (const [index, member] of members.entries()) {
      const delayMs = [0, 10, 20, 60, 500][index] ?? 0;
      member.joining = () => new Promise((resolve) => clock.setTimer(delayMs, resolve));
    }
    const answer = granted(provider.tryAcquire(attempt("mine")));
    await clock.advance(69);
    expect(at(members, 0).acquires).toEqual([]);
    await clock.advance(1);
    expect(members.map(({ acquires }) => acquires.length)).toEqual([1, 1, 1, 1, 0]);
    await answer;
  });

  test("takes no time where all are joined, and leaves no timer", async () => {
    const { clock, provider } = testQuorum(3);
    const { signal } = new AbortController();
    await granted(provider.tryAcquire(attempt("mine", { signal })));
    expect([clock.monotonicMs(), clock.pendingTimers]).toEqual([0, 0]);
    await provider.release(giveBack(attempt("mine")));
  });
});

test("a quorum of members whose locks end with a session declares so, and other ways not", () => {
  const clock = manualClock();
  const member = (endsBy: "session" | "ttl") => {
    const made = faultyMember(clock);
    return { ...made, capabilities: { ...made.capabilities, endsBy } };
  };
  const endsBy = (...kinds: readonly ("session" | "ttl")[]): string =>
    quorum(kinds.map(member)).capabilities.endsBy;
  expect(endsBy("session", "session", "session")).toBe("session");
  expect(endsBy("session", "ttl", "session")).toBe("ttl");
});

test("losses are told by a quorum of which a member tells of them, and by no other", () => {
  const clock = manualClock();
  const silent = [1, 2, 3].map((number) => {
    const { onLoss: _, ...member } = faultyMember(clock, number);
    return member;
  });
  expect(quorum(silent).onLoss).toBeUndefined();
  expect(quorum([...silent.slice(1), faultyMember(clock)]).onLoss).toBeDefined();
});
