import { describe, expect, test } from "vitest";
import { LockError } from "../lock-error.ts";
import { manualClock } from "../manual-clock.ts";
import { memory } from "../memory/memory-provider.ts";
import type {
  Claim,
  LockProvider,
  Member,
  ReleaseOutcome,
  ReleaseRequest,
  Reply,
} from "../provider.ts";
import { newSeats, type Seat } from "./hold.ts";
import { QuorumMember } from "./quorum-member.ts";
import { type QuorumOptions, resolveQuorum } from "./quorum-options.ts";

const CLAIM: Claim = { name: "a", holderId: "mine", ttlMs: 1_000 };

function scene(options: QuorumOptions = {}) {
  const clock = manualClock();
  const releases: ReleaseRequest[] = [];
  const joins: unknown[] = [];
  const script: {
    release: (request: ReleaseRequest) => Reply<ReleaseOutcome>;
    join: (() => Promise<Member>) | undefined;
    disposals: number;
  } = { release: () => "released", join: undefined, disposals: 0 };
  const inner = memory({ clock });
  const provider: LockProvider = {
    ...inner,
    tryAcquire: (request) => inner.tryAcquire(request),
    release(request) {
      releases.push(request);
      return script.release(request);
    },
    async asMember(membership) {
      joins.push(membership);
      return script.join?.() ?? { identity: "server 1", provider };
    },
    async [Symbol.asyncDispose]() {
      script.disposals += 1;
    },
  };
  const settings = resolveQuorum([provider], { memberTimeoutMs: 100, ...options } as QuorumOptions);
  const member = new QuorumMember(0, provider, settings);
  const [seat] = newSeats([member], 0) as readonly [Seat];
  return { clock, provider, member, seat, releases, joins, script, settings };
}

describe("joining", () => {
  test("happens once for all that ask for it together, and tells who it is", async () => {
    const { member, joins, settings, provider } = scene();
    expect([member.joined, member.identity, member.isSilent]).toEqual([undefined, "", true]);
    const [first, second] = await Promise.all([member.join(), member.joinUnlessFull()]);
    expect([first, joins]).toEqual([second, [settings.membership]]);
    expect([member.joined, member.identity, member.isSilent]).toEqual([first, "server 1", false]);
    expect(first).toEqual({ identity: "server 1", provider });
    expect(await member.joinUnlessFull()).toBe(first);
    expect(joins).toHaveLength(1);
  });

  test("that failed is tried again by the next", async () => {
    const { member, joins, script } = scene();
    script.join = () => Promise.reject(new Error("not yet"));
    await expect(member.join()).rejects.toThrow("not yet");
    script.join = undefined;
    await member.join();
    expect([joins.length, member.identity]).toEqual([2, "server 1"]);
  });

  test("as nothing, or without tokens, is a misconfiguration", async () => {
    const { member, script, provider } = scene();
    for (const joined of [undefined, {}, { identity: "x", provider: {} }]) {
      script.join = async () => joined as never;
      await expect(member.join()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    }
    const capabilities = { ...provider.capabilities, fencing: "none" } as const;
    script.join = async () => ({ identity: "x", provider: { ...provider, capabilities } });
    await expect(member.join()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(member.joined).toBeUndefined();
  });

  test("without fencing takes a server without tokens, and providers by their place", async () => {
    const { member, script, provider } = scene({ fencing: false });
    const capabilities = { ...provider.capabilities, fencing: "none" } as const;
    script.join = async () => ({ identity: "x", provider: { ...provider, capabilities } });
    expect((await member.join()).identity).toBe("x");
    const { asMember: _, ...plain } = provider;
    const settings = resolveQuorum([plain], { fencing: false, memberNames: ["oslo"] });
    const byPlace = new QuorumMember(3, plain, { ...settings, memberNames: ["", "", "", "oslo"] });
    expect(await byPlace.join()).toEqual({ identity: "3 oslo", provider: plain });
  });
});

describe("leaving", () => {
  test("a seat at which nothing can be asks nobody", () => {
    const { member, seat, releases } = scene();
    expect(member.leave(seat, CLAIM, false)).toBe("absent");
    expect(member.leave(seat, CLAIM, true)).toBe("absent");
    expect(releases).toEqual([]);
  });

  test("a seat that was granted is released plainly, with its state, or in doubt", async () => {
    const { member, seat, releases } = scene();
    seat.isGranted = true;
    expect(await member.leave(seat, CLAIM, false)).toBe("released");
    seat.state = "its own";
    expect(await member.leave(seat, CLAIM, true)).toBe("released");
    expect(releases).toStrictEqual([
      { ...CLAIM, inDoubt: false },
      { ...CLAIM, inDoubt: true, state: "its own" },
    ]);
  });

  test("a seat whose question is open is in doubt, asked for by us or by another process", async () => {
    const { member, seat, releases } = scene();
    seat.open = 1;
    expect(await member.leave(seat, CLAIM, false)).toBe("released");
    expect(releases).toEqual([{ ...CLAIM, inDoubt: true }]);
  });

  test("waits for the answer to what was asked, and is plain then", async () => {
    for (const fails of [false, true]) {
      const { clock, member, seat, releases } = scene();
      let answer: () => void = () => undefined;
      seat.open = 1;
      seat.answer = new Promise((resolve, reject) => {
        answer = () => (fails ? reject(new Error("no")) : resolve(undefined));
      });
      const outcome = member.leave(seat, CLAIM, false);
      await clock.advance(99);
      expect(releases).toEqual([]);
      seat.open = 0;
      seat.isGranted = true;
      answer();
      expect(await outcome).toBe("released");
      expect([releases, clock.pendingTimers]).toEqual([[{ ...CLAIM, inDoubt: false }], 0]);
    }
  });

  test("waits no longer than a member has to answer, and is in doubt then", async () => {
    const { clock, member, seat, releases } = scene();
    seat.open = 1;
    let answer: () => void = () => undefined;
    seat.answer = new Promise((resolve) => {
      answer = () => resolve(undefined);
    });
    const outcome = member.leave(seat, CLAIM, false);
    await clock.advance(100);
    expect(await outcome).toBe("released");
    answer();
    await clock.advance(0);
    expect(releases).toEqual([{ ...CLAIM, inDoubt: true }]);
  });

  test("does not wait where the caller is in doubt anyway", async () => {
    const { member, seat, releases } = scene();
    seat.open = 1;
    seat.answer = new Promise(() => undefined);
    expect(await member.leave(seat, CLAIM, true)).toBe("released");
    expect(releases).toHaveLength(1);
  });
});

describe("who comes after one that leaves", () => {
  function waiting() {
    const made = scene();
    const { member, seat } = made;
    let answer: () => void = () => undefined;
    seat.open = 1;
    seat.answer = new Promise((resolve) => {
      answer = () => resolve(undefined);
    });
    const outcome = member.leave(seat, CLAIM, false);
    const proceeded: string[] = [];
    const after = (name: string): void => {
      member.afterLeaving(name, () => proceeded.push(name));
    };
    return { ...made, outcome, after, proceeded, answer: () => answer() };
  }

  test("proceeds at once where nobody leaves, or one of another name", () => {
    const { member } = scene();
    const proceeded: string[] = [];
    member.afterLeaving("a", () => proceeded.push("a"));
    expect(proceeded).toEqual(["a"]);
    const made = waiting();
    made.after("b");
    expect(made.proceeded).toEqual(["b"]);
  });

  test("waits until the release was sent, in the order they came", async () => {
    const { clock, after, proceeded, answer, releases } = waiting();
    after("a");
    after("a");
    await clock.advance(50);
    expect([proceeded, releases]).toEqual([[], []]);
    answer();
    await clock.advance(0);
    expect([proceeded, releases.length]).toEqual([["a", "a"], 1]);
  });

  test("is let through when the member is drained, which sends what waits", async () => {
    const { member, after, proceeded, outcome, releases } = waiting();
    after("a");
    await member.drained();
    expect([proceeded, releases.length, await outcome]).toEqual([["a"], 1, "released"]);
  });
});

describe("doubts", () => {
  test("make a member silent, and 128 of them full", async () => {
    const { clock, member, seat, script } = scene();
    await member.join();
    script.release = () => "unknown";
    seat.isGranted = true;
    for (let index = 0; index < 127; index += 1) void member.leave(seat, CLAIM, true);
    expect([member.isSilent, member.isFull]).toEqual([true, false]);
    void member.leave(seat, CLAIM, true);
    expect(member.isFull).toBe(true);
    await expect(member.joinUnlessFull()).rejects.toEqual(
      new LockError("BACKEND_UNAVAILABLE", "128 of its outcomes are unknown"),
    );
    script.release = () => "released";
    await clock.advance(1_000);
    expect([member.isSilent, member.isFull]).toEqual([false, false]);
  });

  test("are waited for when the member is drained, and dropped when it is closed", async () => {
    const { clock, member, seat, script } = scene();
    script.release = () => new Promise(() => undefined);
    seat.isGranted = true;
    const outcome = member.leave(seat, CLAIM, true);
    let isDrained = false;
    void member.drained().then(() => {
      isDrained = true;
    });
    await clock.advance(500);
    expect([isDrained, script.disposals]).toEqual([false, 0]);
    await member.close();
    expect([await outcome, script.disposals, clock.pendingTimers]).toEqual(["unknown", 1, 0]);
    await clock.advance(0);
    expect(isDrained).toBe(true);
  });

  test("a release has a second to be answered before it is sent again", async () => {
    const { clock, member, seat, script, releases } = scene();
    script.release = () => new Promise(() => undefined);
    seat.isGranted = true;
    void member.leave(seat, { ...CLAIM, ttlMs: 10_000 }, true);
    await clock.advance(1_000);
    expect(releases).toHaveLength(1);
    await clock.advance(200);
    expect(releases).toHaveLength(2);
    await member.close();
  });
});
