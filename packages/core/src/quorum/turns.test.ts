import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { LockError } from "../lock-error.ts";
import { manualClock } from "../manual-clock.ts";
import { memory } from "../memory/memory-provider.ts";
import type {
  EnqueueRequest,
  Grant,
  LockProvider,
  ReleaseRequest,
  TurnQueue,
} from "../provider.ts";
import { QuorumMember } from "./quorum-member.ts";
import { resolveQuorum } from "./quorum-options.ts";
import { Turns } from "./turns.ts";

type Answer = (request: EnqueueRequest, real: () => Promise<Grant>) => Promise<unknown>;

interface Lead {
  readonly member: QuorumMember;
  readonly asked: EnqueueRequest[];
  readonly releases: ReleaseRequest[];
  answer: Answer | undefined;
  isHeld(): Promise<boolean>;
}

/** Turns at leads of which each has a queue, or none. */
async function scene(...queues: readonly boolean[]) {
  const clock = manualClock();
  const settings = resolveQuorum([memory({ clock })], {});
  const leads = queues.map((hasQueue, index): Lead => {
    const inner = memory({ clock });
    const lead = { asked: [], releases: [], answer: undefined } as unknown as Lead;
    const turns: TurnQueue = {
      name: "turns",
      enqueue(request) {
        lead.asked.push(request);
        const real = (): Promise<Grant> => inner.enqueue?.(request) as Promise<Grant>;
        return (lead.answer?.(request, real) ?? real()) as Promise<Grant>;
      },
      renew: (requests) => inner.renew(requests),
      release(request) {
        lead.releases.push(request);
        return inner.release(request);
      },
    };
    const provider: LockProvider = memory({ clock });
    const whole = hasQueue ? Object.assign(provider, { turns }) : provider;
    return Object.assign(lead, {
      member: new QuorumMember(index, whole, settings),
      isHeld: async () => (await inner.inspect?.("a"))?.held === true,
    });
  });
  for (const { member } of leads) await member.join();
  return { clock, leads, members: leads.map(({ member }) => member), turns: new Turns(settings) };
}

function request(holderId = "mine", more: Partial<EnqueueRequest> = {}): EnqueueRequest {
  const { signal } = new AbortController();
  const base = { name: "a", holderId, ttlMs: 10_000, mode: "exclusive", renewable: true } as const;
  return { ...base, signal, ...more };
}

function first<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error("there is none");
  return item;
}

describe("a turn is taken", () => {
  test("at the first lead, in a name of its own, for three seconds at most", async () => {
    const { leads, members, turns } = await scene(true, true);
    const taken = await turns.take(request("mine", { description: "a test" }), members);
    expect([taken?.isNew, taken?.turn.isOver]).toEqual([true, false]);
    const { holderId, signal, ...asked } = first(leads[0]?.asked ?? []);
    expect(asked).toEqual({
      name: "a",
      ttlMs: 3_000,
      mode: "exclusive",
      renewable: true,
      description: "a test",
    });
    expect([holderId === "mine", signal.aborted, leads[1]?.asked]).toEqual([false, false, []]);
  });

  test("for a shorter ttl where that is asked for, and without a description where there is none", async () => {
    const { leads, members, turns } = await scene(true);
    await turns.take(request("mine", { ttlMs: 700 }), members);
    const asked = first(leads[0]?.asked ?? []);
    expect([asked.ttlMs, "description" in asked]).toEqual([700, false]);
  });

  test("at the next lead where one has no queue, or refuses", async () => {
    const { leads, members, turns } = await scene(false, true, true);
    const second = first(leads.slice(1));
    second.answer = async () => ({ granted: false, why: "held" });
    const taken = await turns.take(request(), members);
    expect([taken?.isNew, leads[2]?.asked.length, await leads[2]?.isHeld()]).toEqual([
      true,
      1,
      true,
    ]);
  });

  test("nowhere where there is no queue", async () => {
    const { members, turns } = await scene(false, false);
    expect(await turns.take(request(), members)).toBeUndefined();
    expect(await turns.take(request(), [])).toBeUndefined();
  });

  test("nowhere once a silent member is reached: the quorum has to tell", async () => {
    const { leads, turns, clock } = await scene(true, true);
    const provider = memory({ clock });
    const stranger = new QuorumMember(9, provider, resolveQuorum([provider], {}));
    const members = [stranger, ...leads.map(({ member }) => member)];
    expect(await turns.take(request(), members)).toBeUndefined();
    expect(leads.map(({ asked }) => asked.length)).toEqual([0, 0]);
  });
});

describe("a lead that fails", () => {
  const unavailable = (outcome: "unknown" | "not-applied"): LockError =>
    new LockError("BACKEND_UNAVAILABLE", "reset", { outcome });
  const rejected = (outcome: "unknown" | "not-applied"): LockError =>
    new LockError("BACKEND_REJECTED", "no", { outcome });

  test.each([
    { fault: new Error("a driver's"), isSilent: true, isReleased: true },
    { fault: unavailable("unknown"), isSilent: true, isReleased: true },
    { fault: unavailable("not-applied"), isSilent: true, isReleased: false },
    { fault: rejected("not-applied"), isSilent: false, isReleased: false },
    { fault: rejected("unknown"), isSilent: false, isReleased: true },
  ])(
    "is passed over for three seconds if it gave no answer, and given back what it may have granted: %j",
    async ({ fault, isSilent, isReleased }) => {
      const { clock, leads, members, turns } = await scene(true, true);
      const lead = first(leads);
      lead.answer = async (_request, real) => {
        await real();
        throw fault;
      };
      const taken = await turns.take(request(), members);
      expect(taken === undefined).toBe(isSilent);
      await clock.advance(0);
      const { name, holderId, ttlMs } = first(lead.asked);
      const released = { name, holderId, ttlMs, inDoubt: true };
      expect(lead.releases).toEqual(isReleased ? [released] : []);
      taken?.turn.give();
      lead.answer = undefined;
      const asked = async (): Promise<boolean> => {
        lead.asked.length = 0;
        const next = await turns.take(request(), members);
        next?.turn.give();
        await clock.advance(0);
        return lead.asked.length > 0;
      };
      if (!isReleased) return;
      await clock.advance(2_999);
      expect(await asked()).toBe(!isSilent);
      await clock.advance(1);
      expect(await asked()).toBe(true);
    },
  );

  test("tells who has left meanwhile, and nothing of it was asked of the quorum", async () => {
    const { leads, members, turns } = await scene(true, true);
    const controller = new AbortController();
    const lead = first(leads);
    lead.answer = async () => {
      controller.abort("enough");
      throw new LockError("ABORTED", "the signal aborted");
    };
    const asked = request("mine", { signal: controller.signal });
    const error = await turns.take(asked, members).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "ABORTED",
      message: 'nobody waits for lock "a" any more',
      lockName: "a",
      outcome: "not-applied",
      cause: "enough",
    });
    expect([leads[1]?.asked, lead.releases]).toEqual([[], []]);
  });
});

describe("a turn that is kept", () => {
  async function kept() {
    const made = await scene(true);
    const controller = new AbortController();
    const { signal } = controller;
    const taken = await made.turns.take(request("mine", { signal }), made.members);
    if (taken === undefined) throw new Error("no turn");
    made.turns.keep(taken.turn, signal);
    return { ...made, ...taken, controller, signal, lead: first(made.leads) };
  }

  test("is the next request's with the same signal, and asks for no other", async () => {
    const { turns, members, turn, signal, lead } = await kept();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    const again = await turns.take(request("again", { signal }), members);
    expect([again?.turn === turn, again?.isNew, lead.asked.length]).toEqual([true, false, 1]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("is prolonged when it is used late", async () => {
    const { clock, turns, members, turn, signal } = await kept();
    await clock.advance(2_000);
    await turns.take(request("again", { signal }), members);
    await clock.advance(2_000);
    expect(turn.isOver).toBe(false);
  });

  test("is not another's", async () => {
    const { clock, turns, members, turn, lead } = await kept();
    const other = turns.take(request("other"), members);
    await clock.advance(1);
    turn.give();
    await clock.advance(0);
    const taken = await other;
    expect([taken?.isNew, taken?.turn === turn, lead.asked.length]).toEqual([true, false, 2]);
  });

  test("goes back when its signal aborts, or had aborted", async () => {
    const { clock, controller, lead, turn } = await kept();
    controller.abort();
    await clock.advance(0);
    expect([turn.isOver, lead.releases.length, await lead.isHeld()]).toEqual([true, 1, false]);
    const made = await scene(true);
    const taken = await made.turns.take(request(), made.members);
    if (taken === undefined) throw new Error("no turn");
    made.turns.keep(taken.turn, AbortSignal.abort());
    expect(taken.turn.isOver).toBe(true);
  });

  test("that is over by itself is taken anew", async () => {
    const { clock, turns, members, turn, signal, lead } = await kept();
    await clock.advance(3_000);
    const again = await turns.take(request("again", { signal }), members);
    expect([again?.turn === turn, again?.isNew, lead.asked.length]).toEqual([false, true, 2]);
  });

  test("that is over by itself is given to nobody when the quorum closes", async () => {
    const { clock, turns, lead } = await kept();
    await clock.advance(3_000);
    turns.close();
    expect(lead.releases).toEqual([]);
  });

  test("goes back when the quorum closes", async () => {
    const { clock, turns, turn, lead, signal } = await kept();
    turns.close();
    await clock.advance(0);
    expect([turn.isOver, lead.releases.length]).toEqual([true, 1]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a turn with which the lock was won", () => {
  async function held() {
    const made = await scene(true, true, true);
    const turnsOf = await Promise.all(
      made.members.map(async (member, index) => {
        const taken = await made.turns.take(request(`holder ${index}`), [member]);
        if (taken === undefined) throw new Error("no turn");
        return taken.turn;
      }),
    );
    return { ...made, turnsOf };
  }

  test("goes on with the release of that holder, once", async () => {
    const { clock, turns, turnsOf, leads } = await held();
    for (const [index, turn] of turnsOf.entries()) turns.hold(turn, `holder ${index}`);
    turns.released("somebody else");
    turns.released("holder 1");
    turns.released("holder 1");
    await clock.advance(0);
    expect(turnsOf.map(({ isOver }) => isOver)).toEqual([false, true, false]);
    expect(leads.map(({ releases }) => releases.length)).toEqual([0, 1, 0]);
  });

  test("goes on when the quorum closes", async () => {
    const { clock, turns, turnsOf, leads } = await held();
    for (const [index, turn] of turnsOf.entries()) turns.hold(turn, `holder ${index}`);
    turns.close();
    await clock.advance(0);
    expect(turnsOf.map(({ isOver }) => isOver)).toEqual([true, true, true]);
    turns.released("holder 0");
    expect(leads.map(({ releases }) => releases.length)).toEqual([1, 1, 1]);
  });
});
