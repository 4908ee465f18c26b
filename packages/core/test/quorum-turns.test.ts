import { expect, test } from "vitest";
import {
  createLocks,
  type Lease,
  LockError,
  type LockProvider,
  type LocksOptions,
  type ManualClock,
  manualClock,
  memory,
  quorum,
} from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import { at, attempt, type FaultyMember, faultyMember } from "./quorum-members.ts";

/** A member with a queue for turns beside its locks. */
interface QueuedMember extends FaultyMember {
  readonly turns: LockProvider & Required<Pick<LockProvider, "enqueue" | "inspect">>;
}

interface World {
  readonly clock: ManualClock;
  readonly members: readonly QueuedMember[];
  locks(options?: Partial<LocksOptions>): ReturnType<typeof createLocks>;
}

function world(count = 3): World {
  const clock = manualClock();
  const members = Array.from({ length: count }, (_, index) => {
    const turns = memory({ clock }) as QueuedMember["turns"];
    return Object.assign(faultyMember(clock, index + 1), { turns });
  });
  return {
    clock,
    members,
    locks: (options) => createLocks({ provider: quorum(members), localHandoffMax: 0, ...options }),
  };
}

/** Where whose turn it is for `a` is known, and how many wait for theirs: undefined where nobody has it. */
async function turnsOf(members: readonly QueuedMember[]): Promise<(number | undefined)[]> {
  const states = await Promise.all(members.map(({ turns }) => turns.inspect("a")));
  return states.map(({ held, waiters }) => (held ? waiters : undefined));
}

function askedCount(members: readonly QueuedMember[]): number {
  return members.reduce((sum, { acquires }) => sum + acquires.length, 0);
}

async function leaseOf(acquiring: ReturnType<typeof settled>): Promise<Lease> {
  const { value, error } = await acquiring;
  if (error !== undefined) throw error;
  return value as Lease;
}

/** After so long without an answer a place in a queue is given up. */
const DIES_MS = 3_000;

/** From here on no turn is answered. */
function fallSilent(members: readonly QueuedMember[]): void {
  for (const { turns } of members) {
    const silence = (): Promise<never> =>
      new Promise((_, reject) => {
        clockOf(members).setTimer(DIES_MS, () => {
          reject(new LockError("BACKEND_UNAVAILABLE", "no answer", { outcome: "unknown" }));
        });
      });
    turns.enqueue = silence;
    turns.release = () => new Promise(() => undefined);
  }
}

function clockOf(members: readonly QueuedMember[]): ManualClock {
  return at(members, 0).clock;
}

/** Where turns for `a`, which is held, are taken. */
async function leadAtOf(
  members: readonly QueuedMember[],
  locks: ReturnType<typeof createLocks>,
): Promise<number> {
  const probe = settled(locks.acquire("a", { waitMs: 300 }));
  await clockOf(members).advance(200);
  const leadAt = (await turnsOf(members)).findIndex((waiters) => waiters !== undefined);
  await clockOf(members).advance(200);
  await probe;
  return leadAt;
}

const NOBODY = [undefined, undefined, undefined];

test("without contention no turn is taken", async () => {
  const { members, locks } = world();
  const lease = await locks().acquire("a");
  expect(await turnsOf(members)).toEqual(NOBODY);
  await lease.release();
});

test("contenders queue at one member, and only the first of them asks the quorum", async () => {
  const { clock, members, locks } = world();
  const held = await locks().acquire("a");
  const contenders = [1, 2, 3].map(() => settled(locks().acquire("a")));
  await clock.advance(500);
  expect((await turnsOf(members)).filter((waiters) => waiters !== undefined)).toEqual([2]);
  for (const { acquires } of members) acquires.length = 0;
  await clock.advance(1_000);
  // It asks the lead, at most each 100 ms and at least each 10; the others ask nobody.
  expect(askedCount(members)).toBeGreaterThanOrEqual(9);
  expect(new Set(members.flatMap(({ acquires }) => acquires.map(({ name }) => name))).size).toBe(1);
  await held.release();
  for (const contender of contenders) {
    await clock.advance(200);
    await (await leaseOf(contender)).release();
  }
  await clock.advance(0);
  expect(await turnsOf(members)).toEqual(NOBODY);
});

test("whoever releases gives the turn on: the next asks at once", async () => {
  const { clock, members, locks } = world();
  const first = await locks().acquire("a");
  const second = settled(locks().acquire("a"));
  const third = settled(locks().acquire("a"));
  await clock.advance(500);
  await first.release();
  await clock.advance(200);
  for (const { acquires } of members) acquires.length = 0;
  await (await leaseOf(second)).release();
  // No time passes.
  await clock.advance(0);
  const lease = await leaseOf(third);
  expect(lease.validForMs).toBeGreaterThan(0);
  expect(askedCount(members)).toBe(3);
  await lease.release();
});

test.each(["abort", "timeout", "close"])(
  "G-09 who stops waiting by %s gives the turn back",
  async (how) => {
    const { clock, members, locks } = world();
    const held = await locks().acquire("a");
    const controller = new AbortController();
    const waiting = locks();
    const waitMs = how === "timeout" ? 500 : undefined;
    const acquiring = settled(
      waiting.acquire("a", { signal: controller.signal, ...(waitMs && { waitMs }) }),
    );
    await clock.advance(499);
    expect((await turnsOf(members)).filter((waiters) => waiters !== undefined)).toEqual([0]);
    if (how === "abort") controller.abort();
    if (how === "close") void waiting.close();
    await clock.advance(1);
    expect((await acquiring).error).toBeInstanceOf(LockError);
    expect(await turnsOf(members)).toEqual(NOBODY);
    await held.release();
  },
);

test("a turn ends by itself while the lock that was won with it is held: the next asks again", async () => {
  const { clock, members, locks } = world();
  const held = await locks().acquire("a");
  const acquiring = settled(locks().acquire("a"));
  await clock.advance(200);
  await held.release();
  await clock.advance(200);
  const lease = await leaseOf(acquiring);
  expect((await turnsOf(members)).filter((waiters) => waiters !== undefined)).toEqual([0]);
  await clock.advance(3_000);
  expect(await turnsOf(members)).toEqual(NOBODY);
  const next = settled(locks().acquire("a"));
  // Kept for as long as it waits.
  await clock.advance(20_000);
  expect((await turnsOf(members)).filter((waiters) => waiters !== undefined)).toEqual([0]);
  await lease.release();
  await clock.advance(200);
  await (await leaseOf(next)).release();
});

test("G-07 G-08 a process that died with the turn, or detached its lease, delays nobody for longer than 3 s", async () => {
  const { clock, members, locks } = world();
  const held = await locks().acquire("a", { ttlMs: 60_000 });
  const dead = quorum(members);
  const { signal } = new AbortController();
  const gone = dead.enqueue?.({ ...attempt("gone", { ttlMs: 60_000 }), signal });
  await clock.advance(200);
  expect(await gone).toMatchObject({ granted: false, why: "held" });
  const next = settled(locks().acquire("a", { ttlMs: 60_000 }));
  await clock.advance(500);
  await held.release();
  await clock.advance(2_700);
  const lease = await leaseOf(next);
  const after = settled(locks().acquire("a", { ttlMs: 60_000 }));
  await clock.advance(100);
  const adopted = await locks().adopt(lease.detach());
  await adopted.release();
  await clock.advance(3_200);
  await (await leaseOf(after)).release();
});

test("who cannot reach a majority does not keep the turn from those who can", async () => {
  const { clock, members, locks } = world();
  const held = await locks().acquire("a");
  const cut = settled(locks().acquire("a", { waitMs: 60_000 }));
  await clock.advance(500);
  for (const member of members) member.behave("down");
  await clock.advance(500);
  expect(await turnsOf(members)).toEqual(NOBODY);
  for (const member of members) member.behave("up");
  await held.release();
  await clock.advance(1_000);
  await (await leaseOf(cut)).release();
});

test("G-06 a lead that does not answer is passed over, and what it may have granted is released", async () => {
  const { clock, members, locks } = world();
  const held = await locks().acquire("a");
  const probe = settled(locks().acquire("a", { waitMs: 300 }));
  await clock.advance(200);
  const leadAt = (await turnsOf(members)).findIndex((waiters) => waiters !== undefined);
  await clock.advance(200);
  await probe;
  const { turns } = at(members, leadAt);
  const { enqueue } = turns;
  turns.enqueue = async (request) => {
    // Granted, and nobody hears of it.
    await enqueue.call(turns, request);
    throw new LockError("BACKEND_UNAVAILABLE", "connection reset", { outcome: "unknown" });
  };
  const acquiring = settled(locks().acquire("a"));
  await clock.advance(200);
  const states = await turnsOf(members);
  expect(states[leadAt]).toBeUndefined();
  expect(states.filter((waiters) => waiters !== undefined)).toEqual([0]);
  await held.release();
  await clock.advance(200);
  await (await leaseOf(acquiring)).release();
});

test("where no member has a queue, waiting is asking again", () => {
  const clock = manualClock();
  const members = [1, 2, 3].map((number) => faultyMember(clock, number));
  expect(quorum(members).enqueue).toBeUndefined();
});

test("G-07 a wait for a turn at a lead that falls silent ends within what the lead takes, and asks the others", async () => {
  const { clock, members, locks } = world();
  const held = await locks().acquire("a", { ttlMs: 60_000 });
  const leadAt = await leadAtOf(members, locks());
  const lead = at(members, leadAt);
  fallSilent([lead]);
  lead.behave("silent");
  const acquiring = settled(locks().acquire("a", { ttlMs: 60_000 }));
  await clock.advance(500);
  void held.release();
  const releasedMs = clock.monotonicMs();
  await clock.advance(DIES_MS + 100);
  const lease = await leaseOf(acquiring);
  expect(clock.monotonicMs() - releasedMs).toBeLessThanOrEqual(DIES_MS + 100);
  void lease.release();
});

test("a wait for a turn at a lead that falls silent with the others ends when patience does", async () => {
  const { clock, members, locks } = world();
  await locks().acquire("a", { ttlMs: 60_000 });
  await leadAtOf(members, locks());
  const startedMs = clock.monotonicMs();
  let endedMs = Number.POSITIVE_INFINITY;
  const acquiring = settled(locks({ unavailableMs: 2_000 }).acquire("a"));
  void acquiring.then(() => {
    endedMs = clock.monotonicMs();
  });
  fallSilent(members);
  await clock.advance(10);
  for (const member of members) member.behave("silent");
  await clock.advance(20_000);
  expect((await acquiring).error).toMatchObject({ code: "NO_QUORUM" });
  // The lead is not known to be silent before. Two attempts without an answer and a backoff more.
  expect(endedMs - startedMs).toBeLessThan(DIES_MS + 2_000 + 1_500);
});
