import { describe, expect, test } from "vitest";
import { createLocks, LockError, memory, quorum, type Vote } from "../src/index.ts";
import { faultyProvider, settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  type FaultyMember,
  faultyMember,
  giveBack,
  granted,
  holders,
  testQuorum,
} from "./quorum-members.ts";

describe("duplicates", () => {
  test("G-01 one provider listed twice is refused at once", () => {
    const one = memory();
    expect(() => quorum([one, memory(), one])).toThrow(/members\[2\] is listed twice/);
  });

  test("G-01 two providers of one server are refused by the first acquire, and keep nothing", async () => {
    const { clock, members, provider } = testQuorum(3);
    at(members, 2).identity = at(members, 1).identity;
    at(members, 0).behave("stopped");
    const { error } = await settled(provider.tryAcquire(attempt("mine")));
    expect(error?.code).toBe("CONFIG_INVALID");
    expect(error?.message).toMatch(/faulty 2 and faulty 3 are one and the same server/);
    at(members, 0).resume();
    await clock.advance(1_000);
    expect(await holders(members)).toEqual([]);
    const findings = await provider.doctor();
    expect(findings.map(({ what }) => what).join()).toMatch(/faulty 2 and faulty 3 are one and/);
  });

  test("G-01 a server that becomes another's at run time is refused", async () => {
    const { members, provider } = testQuorum(3);
    const mine = attempt("mine");
    await granted(provider.tryAcquire(mine));
    await provider.release(giveBack(mine));
    at(members, 1).identity = at(members, 0).identity;
    const { error } = await settled(provider.tryAcquire(attempt("next")));
    expect(error?.code).toBe("CONFIG_INVALID");
  });

  test("G-01 two answers of one server renew with one vote", async () => {
    const { clock, members, provider } = testQuorum(3);
    const mine = attempt("mine");
    await granted(provider.tryAcquire(mine));
    at(members, 1).identity = at(members, 0).identity;
    at(members, 2).behave("silent");
    const renewal = provider.renew([mine]);
    await clock.advance(500);
    expect(await renewal).toMatchObject([{ status: "unknown" }]);
  });
});

describe("membership", () => {
  test("every member is told the same of its quorum", async () => {
    const { members, provider } = testQuorum(3, { ttlMsMax: 20_000, proposalSlackMs: 300 });
    await granted(provider.tryAcquire(attempt("mine")));
    const membership = {
      fingerprint: "n=3 ttl=20000 guard=20202 fence=600000 slack=300",
      restartGuardMs: 20_202,
      proposalSlackMs: 300,
      fenceTtlMs: 600_000,
    };
    expect(members.map(({ joins }) => joins[0])).toEqual([membership, membership, membership]);
  });

  test("G-01 a client configured with other members or another ttl is refused", async () => {
    const { members, provider } = testQuorum(3);
    await granted(provider.tryAcquire(attempt("mine")));
    for (const other of [quorum(members, { ttlMsMax: 30_000 }), quorum(members.slice(0, 2))]) {
      const { error } = await settled(Promise.resolve(other.tryAcquire(attempt("other"))));
      expect(error?.code).toBe("CONFIG_INVALID");
    }
    expect(await holders(members)).toEqual([1, 2, 3]);
  });

  test("G-01 an abstaining member is no vote", async () => {
    const { members, provider } = testQuorum(3);
    for (const member of members.slice(1)) {
      member.faults.acquire = () => ({ granted: false, why: "abstaining" });
    }
    const answer = await provider.tryAcquire(attempt("mine"));
    expect(answer.granted, "granted by one of three: an abstaining member was counted").toBe(false);
    expect(answer).toMatchObject({ why: "no-quorum" });
    const { votes = [] } = answer as { votes?: readonly Vote[] };
    expect(votes.map((vote) => vote.answer)).toEqual(["granted", "abstaining", "abstaining"]);
  });

  test("G-01 a member that restarted empty does not let a second holder in", async () => {
    const { clock, members, provider } = testQuorum(3, { ttlMsMax: 10_000 });
    const other = quorum(members, { ttlMsMax: 10_000 });
    const third = at(members, 2);
    third.behave("down");
    const first = await granted(provider.tryAcquire(attempt("mine")));
    third.behave("up");
    at(members, 1).restartEmpty();
    // The first still believes in its lease; 2 would vote for anybody if it did not abstain.
    for (let elapsedMs = 0; elapsedMs < 10_000; elapsedMs += 1_000) {
      const asking = other.tryAcquire(attempt(`other ${elapsedMs}`));
      // A lead that grants has the others asked again.
      await clock.advance(1_000);
      expect((await asking).granted).toBe(false);
    }
    await clock.advance(200);
    const asking = other.tryAcquire(attempt("next"));
    await clock.advance(100);
    const next = await granted(asking);
    expect(next.fencingToken).toBeGreaterThan(first.fencingToken ?? 0n);
  });

  test("a member that was made without tokens cannot vote in a quorum with fencing", async () => {
    const { clock, members } = testQuorum(3);
    const plain = members.map((member) => ({
      ...member,
      asMember: async () => ({
        identity: member.identity,
        provider: { ...member, capabilities: { ...member.capabilities, fencing: "none" as const } },
      }),
    }));
    const { error } = await settled(Promise.resolve(quorum(plain).tryAcquire(attempt("mine"))));
    expect([error?.code, clock.monotonicMs()]).toEqual(["CONFIG_INVALID", 0]);
    expect(error?.message).toMatch(/made without fencing tokens/);
  });
});

describe("answers that are none", () => {
  const GARBAGE = [undefined, null, 42, {}, { granted: "yes" }];

  test.each(GARBAGE)(
    "G-06 a tryAcquire that answers %j is no vote and is released in doubt",
    async (answer) => {
      const { clock, members, provider } = testQuorum(3);
      const first = at(members, 0);
      first.faults.acquire = (_, real) => {
        real();
        return answer as never;
      };
      for (const member of members.slice(1)) member.behave("down");
      const refusal = await provider.tryAcquire(attempt("mine"));
      expect(refusal).toMatchObject({ granted: false, why: "no-quorum" });
      const { votes = [] } = refusal as { votes?: readonly Vote[] };
      expect(votes.map((vote) => vote.answer)).toEqual(["unknown", "unknown", "unknown"]);
      await clock.advance(0);
      expect(first.releases.map(({ inDoubt }) => inDoubt)).toEqual([true]);
      expect(await holders(members)).toEqual([]);
    },
  );

  const RENEWALS = [undefined, null, 42, [], [null], [{ status: "perhaps" }]];

  test.each(RENEWALS)(
    "G-03 a renew that answers %j renews nothing and hurts nobody",
    async (answer) => {
      const { clock, members, provider } = testQuorum(3);
      const mine = attempt("mine");
      await granted(provider.tryAcquire(mine));
      at(members, 0).faults.renew = async () => answer as never;
      expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
      at(members, 1).faults.renew = () => {
        throw new Error("thrown synchronously");
      };
      const renewal = provider.renew([mine]);
      await clock.advance(500);
      expect(await renewal).toMatchObject([{ status: "unknown" }]);
    },
  );

  test.each([...RENEWALS, "throws"])(
    "G-04 a raise that answers %j confirms nothing",
    async (answer) => {
      const { clock, members, provider } = testQuorum(3);
      await granted(provider.tryAcquire(attempt("warm up", { name: "b" })));
      const past = attempt("past", { proposal: 10n ** 18n });
      await granted(at(members, 0).inner.tryAcquire(past));
      await at(members, 0).inner.release(giveBack(past));
      at(members, 1).faults.renew = () => {
        if (answer === "throws") throw new Error("thrown synchronously");
        return Promise.resolve(answer as never);
      };
      await granted(provider.tryAcquire(attempt("mine")));
      expect(clock.monotonicMs()).toBe(0);
    },
  );

  test("a join that throws synchronously or answers nothing is a member without a vote", async () => {
    for (const answer of [undefined, "throws"]) {
      const { members, provider } = testQuorum(3);
      at(members, 0).asMember = () => {
        if (answer === "throws") throw new Error("thrown synchronously");
        return Promise.resolve(answer as never);
      };
      const mine = attempt("mine");
      await granted(provider.tryAcquire(mine));
      expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
      expect(await provider.release(giveBack(mine))).toBe("released");
    }
  });
});

describe("words", () => {
  test("NO_QUORUM tells of each member why it gave no vote, and no secret", async () => {
    const { clock, members, provider } = testQuorum(5, {
      memberNames: ["oslo", "rome", "bonn", "cork", "riga"],
    });
    const holderId = "the-secret-of-the-holder";
    const random = { holderId: () => holderId, fraction: () => 0 };
    const locks = createLocks({ provider, random });
    at(members, 0).behave("down");
    at(members, 1).behave("silent");
    at(members, 2).faults.acquire = () => ({ granted: false, why: "abstaining" });
    at(members, 3).faults.acquire = () => Promise.reject(new Error(`driver says ${holderId}`));
    const asked = settled(locks.tryAcquire("a"));
    await clock.advance(600);
    const { error } = await asked;
    expect(error?.code).toBe("NO_QUORUM");
    expect(error?.votes).toMatchObject([
      { member: "oslo", answer: "unknown", why: expect.stringMatching(/connection refused/) },
      { member: "rome", answer: "unknown" },
      { member: "bonn", answer: "abstaining" },
      { member: "cork", answer: "unknown", why: "no usable answer" },
      { member: "riga" },
    ]);
    expect(error?.message).toMatch(/oslo: .*connection refused/);
    const told = JSON.stringify([error, error?.message, error?.votes, `${error?.cause}`]);
    expect(told).not.toContain(holderId);
    await clock.advance(20_000);
    await locks.close();
  });

  test("a member that hangs is told by how long it was waited for", async () => {
    const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 70 });
    for (const member of members.slice(1)) member.behave("silent");
    const asked = provider.tryAcquire(attempt("mine"));
    await clock.advance(70);
    const { votes = [] } = (await asked) as { votes?: readonly Vote[] };
    expect(votes.map(({ why }) => why)).toEqual([
      undefined,
      "no answer within 70 ms",
      "no answer within 70 ms",
    ]);
  });

  test("a fault that lasts at so many members that no majority is left is the attempt's", async () => {
    const { members, provider } = testQuorum(3);
    for (const member of members.slice(0, 2)) {
      member.faults.acquire = () =>
        Promise.reject(new LockError("BACKEND_REJECTED", "no permission"));
    }
    const { error } = await settled(provider.tryAcquire(attempt("mine")));
    expect(error?.code).toBe("BACKEND_REJECTED");
    expect(error?.message).toMatch(/2 members failed: no permission/);
    expect(error?.votes).toHaveLength(3);
  });
});

test("G-01 without fencing, providers that cannot be members exclude", async () => {
  const clock = faultyMember(faultyProvider().clock).clock;
  const members = [1, 2, 3].map(() => faultyProvider(clock));
  for (const member of members) expect("asMember" in member).toBe(false);
  expect(() => quorum(members)).toThrow(/members\[0\] \(faulty\) cannot raise a fencing token/);
  const provider = quorum(members, { fencing: false });
  expect(provider.capabilities).toMatchObject({ fencing: "none", transferable: false });
  const mine = attempt("mine");
  const grant = await granted(provider.tryAcquire(mine));
  expect([grant.fencingToken, grant.state]).toEqual([undefined, undefined]);
  expect(members.flatMap(({ acquires }) => acquires.map(({ proposal }) => proposal))).toEqual(
    Array(3).fill(undefined),
  );
  expect(await provider.tryAcquire(attempt("other"))).toMatchObject({ why: "held" });
  expect(await provider.renew([mine])).toMatchObject([{ status: "renewed" }]);
  expect(members.flatMap(({ renewals }) => renewals.flat())).not.toContainEqual(
    expect.objectContaining({ raiseFenceTo: expect.anything() }),
  );
  expect(await provider.release(giveBack(mine))).toBe("released");
  await granted(provider.tryAcquire(attempt("next")));
});

test("a lock mode that is not known is refused before anybody is asked", async () => {
  const { members, provider } = testQuorum(3);
  const { error } = await settled(
    provider.tryAcquire(attempt("mine", { mode: "shared" as never })),
  );
  expect(error?.code).toBe("UNSUPPORTED");
  expect(members.flatMap(({ acquires }) => acquires)).toEqual([]);
});

describe("questions", () => {
  const target = { incarnation: "any" };

  async function down(...numbers: number[]) {
    const made = testQuorum(3, { memberTimeoutMs: 60 });
    await granted(made.provider.tryAcquire(attempt("mine")));
    for (const number of numbers) {
      const member: Partial<FaultyMember> = at(made.members, number - 1);
      const refuse = () => Promise.reject(new LockError("BACKEND_UNAVAILABLE", "down"));
      Object.assign(member, { inspect: refuse, breakLock: refuse, ping: refuse, doctor: refuse });
    }
    return made;
  }

  test("inspect tells what a majority agrees on, without the holder's secret", async () => {
    const { provider } = await down(1);
    const state = await provider.inspect("a");
    expect(state).toMatchObject({ name: "a", held: true, remainingMs: 10_000 });
    expect(JSON.stringify({ ...state, fencingToken: "" })).not.toContain("mine");
  });

  test("inspect calls a lock free that less than a majority holds", async () => {
    const { members, provider } = await down();
    for (const member of members.slice(1)) await member.breakLock("a", target);
    expect(await provider.inspect("a")).toEqual({ name: "a", held: false });
  });

  test("inspect tells the time for which a majority holds", async () => {
    const { clock, members, provider } = await down();
    await clock.advance(1_000);
    await at(members, 0).inner.renew([attempt("mine", { ttlMs: 20_000 })]);
    expect((await provider.inspect("a")).remainingMs).toBe(9_000);
  });

  test("with a minority down, all questions are answered; with a majority down, none", async () => {
    const one = await down(2);
    await one.provider.ping();
    expect(await one.provider.breakLock("a", target)).toBe(true);
    expect(await one.provider.breakLock("a", target)).toBe(false);
    const two = await down(1, 2);
    for (const ask of [
      () => two.provider.ping(),
      () => two.provider.inspect("a"),
      () => two.provider.breakLock("a", target),
    ]) {
      const { error } = await settled(ask());
      expect(error?.code).toBe("NO_QUORUM");
      expect(error?.message).toMatch(/1 of 3 members answered, 2 are needed/);
    }
  });

  test("a member that hangs bounds every question", async () => {
    const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 60 });
    for (const member of members.slice(1)) {
      const hang = () => new Promise<never>(() => undefined);
      Object.assign(member, { inspect: hang, breakLock: hang, ping: hang, doctor: hang });
    }
    const asked = [
      settled(provider.ping()),
      settled(provider.inspect("a")),
      settled(provider.breakLock("a", target)),
    ];
    const findings = provider.doctor();
    await clock.advance(200);
    for (const { error } of await Promise.all(asked)) expect(error?.code).toBe("NO_QUORUM");
    expect((await findings).map(({ what }) => what).join()).toMatch(
      /faulty 2 cannot vote.*faulty 3/,
    );
    expect(clock.pendingTimers).toBe(0);
  });

  test("breaking ends the holding that was inspected and not its successor", async () => {
    const { provider } = await down();
    const { incarnation = "" } = await provider.inspect("a");
    await provider.release(giveBack(attempt("mine")));
    await granted(provider.tryAcquire(attempt("successor")));
    expect(await provider.breakLock("a", { incarnation })).toBe(false);
    expect((await provider.inspect("a")).held).toBe(true);
  });

  test("doctor tells every member's findings by its name, and an even number", async () => {
    const { members, provider } = testQuorum(4, { memberNames: ["n", "e", "s", "w"] });
    at(members, 1).doctor = async () => [
      { severity: "warning", what: "it may forget", remedy: "Tell it not to." },
    ];
    at(members, 2).doctor = () => Promise.reject(new Error("a bug"));
    expect(await provider.doctor()).toMatchObject([
      { severity: "warning", what: expect.stringMatching(/^A quorum of 4/) },
      { severity: "warning", what: "e: it may forget" },
      { severity: "error", what: "s cannot vote: no usable answer" },
    ]);
  });

  test("members that cannot be asked say so", async () => {
    const clock = faultyProvider().clock;
    const provider = quorum(
      [1, 2, 3].map(() => faultyProvider(clock)),
      { fencing: false },
    );
    const { error } = await settled(provider.breakLock?.("a", target) ?? Promise.resolve());
    expect(error?.code).toBe("UNSUPPORTED");
  });
});
