import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Finding,
  LockError,
  type LockProvider,
  manualClock,
  memory,
  quorum,
} from "../src/index.ts";
import { faultyProvider, settled } from "./faulty-provider.ts";
import { at, attempt, giveBack, granted, type TestQuorum, testQuorum } from "./quorum-members.ts";

/** What an error tells a program, and a reader. */
async function told(promise: unknown): Promise<Record<string, unknown>> {
  const { error } = await settled(Promise.resolve(promise));
  if (error === undefined) throw new Error("it did not fail");
  const { code, message, lockName, outcome } = error;
  return { code, message, lockName, outcome };
}

const UP = { member: "faulty 1", answer: "granted" } as const;

describe("an attempt", () => {
  test("that has aborted, and one in a mode that is not known", async () => {
    const { provider } = testQuorum();
    const signal = AbortSignal.abort("enough");
    const aborted = settled(provider.tryAcquire(attempt("mine", { signal })));
    expect((await aborted).error?.cause).toBe("enough");
    expect(await told(provider.tryAcquire(attempt("mine", { signal })))).toEqual({
      code: "ABORTED",
      message: "the signal given has aborted",
      lockName: "a",
      outcome: "not-applied",
    });
    expect(await told(provider.tryAcquire(attempt("mine", { mode: "shared" as never })))).toEqual({
      code: "UNSUPPORTED",
      message: "quorum has no mode shared",
      lockName: "a",
      outcome: "not-applied",
    });
  });

  test("that is given up while it runs", async () => {
    const { members, provider, clock } = testQuorum();
    await granted(provider.tryAcquire(attempt("warm", { name: "b" })));
    for (const member of members) member.behave("stopped");
    const controller = new AbortController();
    const asked = settled(provider.tryAcquire(attempt("mine", { signal: controller.signal })));
    await clock.advance(0);
    controller.abort("enough");
    const { error } = await asked;
    expect(error).toMatchObject({
      code: "ABORTED",
      message: "quorum: the attempt was given up",
      lockName: "a",
      outcome: "unknown",
      cause: "enough",
    });
  });

  test("at members of which two are one server", async () => {
    const { members, provider } = testQuorum(3, { name: "redlock" });
    at(members, 2).identity = at(members, 0).identity;
    expect(await told(provider.tryAcquire(attempt("mine")))).toMatchObject({
      code: "CONFIG_INVALID",
      message:
        "redlock: faulty 1 and faulty 3 are one and the same server; " +
        "each member of a quorum must be a server of its own",
      lockName: "a",
    });
  });

  test("at members that were made without tokens, or that join as nothing", async () => {
    for (const [joinedAs, words] of [
      [
        (member: LockProvider) => ({
          identity: member.name,
          provider: { ...member, capabilities: { ...member.capabilities, fencing: "none" } },
        }),
        "quorum: faulty 1: faulty 1 was made without fencing tokens",
      ],
      [() => undefined, "quorum: faulty 1: faulty 1: asMember() gave no provider"],
      [() => ({ identity: "one" }), "quorum: faulty 1: faulty 1: asMember() gave no provider"],
      [
        () => ({ identity: "one", provider: {} }),
        "quorum: faulty 1: faulty 1: asMember() gave no provider",
      ],
    ] as const) {
      const { members } = testQuorum();
      const broken = members.map((member) => ({
        ...member,
        asMember: async () => joinedAs(member) as never,
      }));
      expect(await told(quorum(broken).tryAcquire(attempt("mine")))).toMatchObject({
        code: "CONFIG_INVALID",
        message: words,
        lockName: "a",
      });
    }
  });

  test("whose members will not do it, with the votes and the first fault", async () => {
    const { members, provider } = testQuorum();
    const fault = new LockError("BACKEND_REJECTED", "no permission");
    for (const member of members.slice(1)) member.faults.acquire = () => Promise.reject(fault);
    const { error } = await settled(provider.tryAcquire(attempt("mine")));
    expect(error).toMatchObject({
      code: "BACKEND_REJECTED",
      message: "quorum: 2 members failed: no permission",
      lockName: "a",
      outcome: "not-applied",
    });
    expect(error?.cause).toBe(fault);
    const why = "BACKEND_REJECTED: no permission";
    expect(error?.votes).toEqual([
      { ...UP, fencingToken: expect.anything() },
      { member: "faulty 2", answer: "unknown", why },
      { member: "faulty 3", answer: "unknown", why },
    ]);
  });

  test("that was granted too late says so of every vote", async () => {
    const { clock, members, provider } = testQuorum();
    for (const member of members) member.behave("stopped");
    const answer = provider.tryAcquire(attempt("mine"));
    await clock.advance(0);
    clock.stall(9_800);
    for (const member of members) member.resume();
    const { votes = [] } = (await answer) as { votes?: readonly { why?: string }[] };
    const late = "it granted, but too late for the ttl";
    expect(votes.filter(({ why }) => why === late)).toHaveLength(2);
  });

  test("whose member strays in time tells that it abstains", async () => {
    const { members, provider } = testQuorum(3, { ttlMsMax: 10_000 });
    at(members, 2).behave("down");
    for (const [index, member] of members.entries()) member.clockOffsetMs = index * 3_600_000;
    await provider.tryAcquire(attempt("first"));
    const { votes = [] } = (await provider.tryAcquire(attempt("next"))) as {
      votes?: readonly { why?: string; answer: string }[];
    };
    expect(votes.filter(({ answer }) => answer === "abstaining")).toMatchObject([
      { why: "its clock is too far from the others'" },
    ]);
  });

  test("whose tokens differ and are not confirmed in time", async () => {
    const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 100 });
    const past = attempt("past", { proposal: 10n ** 18n });
    await granted(provider.tryAcquire(attempt("warm")));
    await provider.release(giveBack(attempt("warm")));
    await granted(at(members, 0).inner.tryAcquire(past));
    await at(members, 0).inner.release(giveBack(past));
    for (const member of members) member.behave("silent", "renew");
    const answer = provider.tryAcquire(attempt("mine"));
    await clock.advance(100);
    const { votes = [] } = (await answer) as { votes?: readonly { why?: string }[] };
    const why = "no confirmation of the fencing token within 100 ms";
    expect(votes.filter((vote) => vote.why === why)).toHaveLength(2);
  });

  test("after the end of the quorum, named and not", async () => {
    const { provider } = testQuorum(3, { name: "redlock" });
    await provider[Symbol.asyncDispose]();
    const closed = { code: "PROVIDER_CLOSED", message: "redlock: the provider is closed" };
    const rest = { outcome: "not-applied" };
    expect(await told(provider.tryAcquire(attempt("mine")))).toEqual({
      ...closed,
      ...rest,
      lockName: "a",
    });
    const [renewal] = await provider.renew([attempt("mine")]);
    expect(await told(Promise.reject((renewal as { cause: unknown }).cause))).toEqual({
      ...closed,
      ...rest,
      lockName: undefined,
    });
  });
});

test("a renewal that falls short tells the number, the votes and their reasons", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 200, name: "redlock" });
  await granted(provider.tryAcquire(attempt("mine")));
  at(members, 1).faults.renew = async () => [
    { status: "unknown", cause: new LockError("BACKEND_UNAVAILABLE", "reset") },
  ];
  at(members, 2).behave("silent", "renew");
  const renewal = provider.renew([attempt("mine")]);
  await clock.advance(200);
  const [outcome] = await renewal;
  const { cause } = outcome as { cause: LockError };
  expect(await told(Promise.reject(cause))).toEqual({
    code: "NO_QUORUM",
    message: "redlock: 1 of 3 members renewed the lock, 2 are needed",
    lockName: "a",
    outcome: "unknown",
  });
  expect(cause.votes).toEqual([
    UP,
    { member: "faulty 2", answer: "unknown", why: "BACKEND_UNAVAILABLE: reset" },
    { member: "faulty 3", answer: "unknown", why: "no answer in time" },
  ]);
});

test("a renewal that is lost tells in whose words, or that another was there", async () => {
  const lost = testQuorum();
  await granted(lost.provider.tryAcquire(attempt("mine")));
  for (const member of lost.members) {
    member.faults.renew = async () => [{ status: "lost", why: "deleted by hand" }];
  }
  expect(await lost.provider.renew([attempt("mine")])).toEqual([
    { status: "lost", why: "deleted by hand" },
  ]);
  const succeeded = testQuorum();
  const { fencingToken = 0n } = await granted(succeeded.provider.tryAcquire(attempt("mine")));
  for (const member of succeeded.members) {
    member.faults.renew = async () => [
      { status: "renewed", sentAtMs: 0, validMs: 10_000, fencingToken: fencingToken + 2n },
    ];
  }
  expect(await succeeded.provider.renew([attempt("mine")])).toEqual([
    { status: "lost", why: "another held it since" },
  ]);
});

describe("a question", () => {
  test("that too few answered, with the first fault that says something", async () => {
    const { members, provider } = testQuorum(3, { name: "redlock" });
    const fault = new LockError("BACKEND_UNAVAILABLE", "reset");
    at(members, 0).inspect = () => Promise.reject(new Error("a bug"));
    at(members, 1).inspect = () => Promise.reject(fault);
    const { error } = await settled(provider.inspect("a"));
    expect(error).toMatchObject({
      code: "NO_QUORUM",
      message: "redlock: 1 of 3 members answered, 2 are needed",
      lockName: "a",
      cause: fault,
      votes: [
        { member: "faulty 1", answer: "unknown", why: "no usable answer" },
        { member: "faulty 2", answer: "unknown", why: "BACKEND_UNAVAILABLE: reset" },
      ],
    });
  });

  test("whose members hang, with the time they had", async () => {
    const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 60 });
    for (const member of members) member.inspect = () => new Promise<never>(() => undefined);
    const asked = settled(provider.inspect("a"));
    await clock.advance(60);
    const { error } = await asked;
    const why = "BACKEND_UNAVAILABLE: no answer within 60 ms";
    expect(error?.votes?.map((vote) => vote.why)).toEqual([why, why, why]);
  });

  test("that members cannot be asked", async () => {
    const clock = manualClock();
    const plain = [1, 2, 3].map(() => faultyProvider(clock));
    const members = plain.map(({ inspect: _, ...member }) => member);
    const provider = quorum(members, { fencing: false });
    for (const asked of [
      provider.breakLock?.("a", { incarnation: "any" }),
      provider.inspect?.("a"),
    ]) {
      const { error } = await settled(Promise.resolve(asked));
      expect(error).toMatchObject({ code: "UNSUPPORTED", lockName: "a" });
      expect(error?.cause).toMatchObject({
        code: "UNSUPPORTED",
        message: "faulty 1 cannot be asked that",
        lockName: "a",
      });
    }
  });

  test("whether it is held, which so few say that another may have it", async () => {
    const { clock, members, provider } = testQuorum(3, { name: "redlock", memberTimeoutMs: 60 });
    at(members, 2).behave("down");
    await granted(provider.tryAcquire(attempt("mine")));
    at(members, 0).inspect = () => new Promise<never>(() => undefined);
    const asked = told(provider.inspect("a"));
    await clock.advance(60);
    expect(await asked).toEqual({
      code: "NO_QUORUM",
      message: "redlock: 1 of 2 answers say it is held",
      lockName: "a",
      outcome: "not-applied",
    });
  });
});

describe("the doctor", () => {
  const examine = async ({ provider }: TestQuorum): Promise<readonly Finding[]> =>
    provider.doctor();

  test("finds nothing where all is well", async () => {
    expect(await examine(testQuorum(3))).toEqual([]);
    expect(await examine(testQuorum(5))).toEqual([]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [4, 3],
  ])("warns of %i members", async (count, as) => {
    expect(await examine(testQuorum(count))).toEqual([
      {
        severity: "warning",
        what: `A quorum of ${count} tolerates no more failures than one of ${as}.`,
        remedy: "Use an odd number of members, three or five.",
      },
    ]);
  });

  test("tells members that cannot vote, and what to do", async () => {
    const made = testQuorum();
    const reset = new LockError("BACKEND_UNAVAILABLE", "reset");
    at(made.members, 0).joining = () => Promise.reject(reset);
    const otherwise = new LockError("CONFIG_INVALID", "another n");
    at(made.members, 1).joining = () => Promise.reject(otherwise);
    expect(await examine(made)).toEqual([
      {
        severity: "error",
        what: "faulty 1 cannot vote: BACKEND_UNAVAILABLE: reset",
        remedy: "Make it reachable, or take it out of the members.",
      },
      {
        severity: "error",
        what: "faulty 2 cannot vote: CONFIG_INVALID: another n",
        remedy:
          "Give all clients of this quorum the same options, or these clients a prefix of their own.",
      },
    ]);
  });

  test("tells a member whose clock is far away, and two that are one server", async () => {
    const made = testQuorum(3, { ttlMsMax: 10_000 });
    for (const [index, member] of made.members.entries()) {
      member.clockOffsetMs = index === 2 ? 3_600_000 : 0;
    }
    await granted(made.provider.tryAcquire(attempt("mine")));
    at(made.members, 1).identity = at(made.members, 0).identity;
    expect(await examine(made)).toEqual([
      {
        severity: "error",
        what: "faulty 3: its clock is 3600000 ms from the members' median, so it abstains",
        remedy: "Synchronise the clocks of all members.",
      },
      {
        severity: "error",
        what:
          "faulty 1 and faulty 2 are one and the same server; " +
          "each member of a quorum must be a server of its own",
        remedy: "Give every member a server of its own.",
      },
    ]);
  });
});

describe("options", () => {
  const clock = manualClock();
  const three = () => [memory({ clock }), memory({ clock }), memory({ clock })];

  test("that cannot be right say what can", () => {
    const plain = faultyProvider(clock);
    const same = memory({ clock });
    const wrong: readonly [unknown, unknown, string][] = [
      [[], {}, "quorum(members) needs an array of at least one provider; three are usual"],
      [[same, same], {}, "members[1] is listed twice; every member votes once"],
      [
        [plain],
        {},
        "members[0] (faulty) cannot raise a fencing token; " +
          "say fencing: false for exclusion without tokens",
      ],
      [
        three(),
        { memberTimeoutMs: 0 },
        "memberTimeoutMs must be a number of milliseconds, whole, from 1 to 60000, not 0",
      ],
      [three(), { memberTimeoutMs: 1.5 }, "memberTimeoutMs must be whole, not 1.5"],
      [
        three(),
        { ttlMsMax: 10_000, restartGuardMs: 1 },
        "restartGuardMs, unless it is 0, must be a number of milliseconds, whole, " +
          "from 10102 to 172800000, not 1",
      ],
      [
        three(),
        { clock: manualClock() },
        "the members and the quorum must have the same clock object",
      ],
      [three(), { name: "" }, "name must be a string that is not empty"],
      [three(), { memberNames: [] }, "memberNames must be an array of 3 strings"],
    ];
    for (const [members, options, words] of wrong) {
      expect(() => quorum(members as never, options as never)).toThrow(words);
    }
  });

  test("that are not known are named with those that are", () => {
    expect(() => quorum(three(), { memberTimeout: 5 } as never)).toThrow(
      'quorum(members, options) has no option "memberTimeout"; known are name, fencing, ttlMsMax, ' +
        "restartGuardMs, memberTimeoutMs, proposalSlackMs, validityMsMin, memberNames, clock, random",
    );
  });

  test("ttlMsMax is at least ten milliseconds, or what a member needs", () => {
    const coarse = faultyProvider(clock);
    const capabilities = { ...coarse.capabilities, ttlMsMin: 500 };
    const members = [...three().slice(1), { ...coarse, capabilities }];
    expect(() => quorum(members, { fencing: false, ttlMsMax: 499 })).toThrow("from 500 to");
    quorum(members, { fencing: false, ttlMsMax: 500 });
  });

  test("the fingerprint tells a quorum of other options", async () => {
    const { members, provider } = testQuorum(3, { ttlMsMax: 400_000 });
    await granted(provider.tryAcquire(attempt("mine")));
    expect(at(members, 0).joins).toEqual([
      {
        fingerprint: "n=3 ttl=400000 guard=404002 fence=810000 slack=1000",
        restartGuardMs: 404_002,
        proposalSlackMs: 1_000,
        fenceTtlMs: 810_000,
      },
    ]);
  });

  test("a short ttlMsMax has less slack", async () => {
    const { members, provider } = testQuorum(3, { ttlMsMax: 1_003 });
    await granted(provider.tryAcquire(attempt("mine", { ttlMs: 1_000 })));
    expect(at(members, 0).joins).toMatchObject([{ proposalSlackMs: 250 }]);
  });
});

describe("warnings", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    [1, "one member tolerates no failure: use its provider directly, or three members"],
    [2, "2 members tolerate as many failures as 1: use an odd number"],
    [4, "4 members tolerate as many failures as 3: use an odd number"],
  ])("of %i members", (count, words) => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    quorum(
      Array.from({ length: count }, () => memory()),
      { name: "redlock" },
    );
    expect(warn.mock.calls).toEqual([
      [`redlock: ${words}`, { type: "HoldfastWarning", code: "HOLDFAST_QUORUM_SIZE" }],
    ]);
  });
});
