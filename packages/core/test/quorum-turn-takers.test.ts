import { expect, test } from "vitest";
import {
  type EnqueueRequest,
  LockError,
  type LockProvider,
  manualClock,
  memory,
  quorum,
} from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import { at, attempt, faultyMember, granted, holders } from "./quorum-members.ts";

/** A quorum whose members have a queue for turns, or those of these numbers. */
function withTurns(numbers: readonly number[] = [1, 2, 3]) {
  const clock = manualClock();
  const queues: LockProvider[] = [];
  const members = [1, 2, 3].map((number) => {
    const member = faultyMember(clock, number);
    const turns = memory({ clock }) as LockProvider & Required<Pick<LockProvider, "enqueue">>;
    queues.push(turns);
    return numbers.includes(number) ? Object.assign(member, { turns }) : member;
  });
  const enqueueAt = (provider: LockProvider, holderId: string, signal = unaborted()) => {
    const request: EnqueueRequest = { ...attempt(holderId), signal };
    return provider.enqueue?.(request) ?? Promise.reject(new Error("it has no queue"));
  };
  /** How many have a turn for `a`. */
  const turnCount = async (): Promise<number> => {
    const states = await Promise.all(queues.map((queue) => queue.inspect?.("a")));
    return states.filter((state) => state?.held).length;
  };
  /** Has each turn granted so. */
  const grantTurns = (isAtOnce: boolean): void => {
    for (const { turns } of members) {
      if (turns === undefined) continue;
      const enqueue = turns.enqueue.bind(turns);
      turns.enqueue = async (request) => ({ ...(await enqueue(request)), isAtOnce });
    }
  };
  return { clock, members, enqueueAt, turnCount, grantTurns };
}

function unaborted(): AbortSignal {
  return new AbortController().signal;
}

test("one member with a queue is enough to take turns", async () => {
  const { members, enqueueAt, turnCount } = withTurns([2]);
  const provider = quorum(members);
  await provider.tryAcquire(attempt("first", { name: "b" }));
  await granted(enqueueAt(provider, "mine"));
  expect(await turnCount()).toBe(1);
});

test("the very first attempt of a quorum takes a turn: it joins its members before", async () => {
  const { members, enqueueAt, turnCount } = withTurns();
  const provider = quorum(members);
  await granted(enqueueAt(provider, "mine"));
  expect(await turnCount()).toBe(1);
  const controller = new AbortController();
  const next = settled(enqueueAt(provider, "next", controller.signal));
  controller.abort();
  await next;
  expect(members.map(({ joins }) => joins.length)).toEqual([1, 1, 1]);
});

test.each([true, false])(
  "a lock is granted at once where its turn was, and only there: %s",
  async (isAtOnce) => {
    const { members, enqueueAt, grantTurns } = withTurns();
    grantTurns(isAtOnce);
    const grant = await granted(enqueueAt(quorum(members), "mine"));
    expect(grant).toMatchObject({ granted: true, name: "a", holderId: "mine" });
    expect(grant.isAtOnce ?? false).toBe(isAtOnce);
  },
);

test("a lock that is granted with a turn that was kept was waited for", async () => {
  const { clock, members, enqueueAt, grantTurns } = withTurns();
  grantTurns(true);
  for (const member of members) await granted(member.inner.tryAcquire(attempt("another")));
  const provider = quorum(members);
  const signal = unaborted();
  const refused = enqueueAt(provider, "refused", signal);
  await clock.advance(100);
  expect(await refused).toMatchObject({ why: "held" });
  for (const member of members) await member.breakLock("a", { incarnation: "any" });
  expect((await granted(enqueueAt(provider, "mine", signal))).isAtOnce).toBeUndefined();
});

test("whoever has the turn asks those again that another is leaving", async () => {
  const { clock, members, enqueueAt } = withTurns();
  for (const member of members.slice(1)) {
    await granted(member.inner.tryAcquire(attempt("another")));
  }
  const answer = enqueueAt(quorum(members), "mine");
  await clock.advance(1);
  for (const member of members) await member.breakLock("a", { incarnation: "any" });
  await clock.advance(4);
  expect(await answer).toMatchObject({ granted: true });
});

test("who has no turn asks the lead alone where the name is contended", async () => {
  const { members, enqueueAt } = withTurns();
  for (const member of members) {
    await granted(member.inner.tryAcquire(attempt("another")));
    if (member.turns !== undefined) {
      member.turns.enqueue = async () => ({ granted: false, why: "held" });
    }
  }
  const provider = quorum(members);
  expect(await enqueueAt(provider, "first")).toMatchObject({ why: "held" });
  for (const { acquires } of members) acquires.length = 0;
  expect(await enqueueAt(provider, "second")).toMatchObject({ why: "held" });
  expect(members.flatMap(({ acquires }) => acquires)).toHaveLength(1);
});

test("a turn goes on where the attempt fails, and its fault is told", async () => {
  const { clock, members, enqueueAt, turnCount } = withTurns();
  const fault = new LockError("CONFIG_INVALID", "another n");
  for (const member of members) member.faults.acquire = () => Promise.reject(fault);
  const { error } = await settled(enqueueAt(quorum(members), "mine"));
  expect(error?.code).toBe("CONFIG_INVALID");
  await clock.advance(0);
  expect(await turnCount()).toBe(0);
  expect(await holders(members)).toEqual([]);
  expect(at(members, 0).acquires).toHaveLength(1);
});
