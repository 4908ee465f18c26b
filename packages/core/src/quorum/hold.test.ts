import { describe, expect, test } from "vitest";
import { LockError } from "../lock-error.ts";
import { memory } from "../memory/memory-provider.ts";
import type { AcquireRequest, Grant, LockProvider, Refusal } from "../provider.ts";
import { askSeat, type Hold, Holds, newSeats, renewAt, type Seat } from "./hold.ts";
import { QuorumMember } from "./quorum-member.ts";
import { resolveQuorum } from "./quorum-options.ts";

const GRANT: Grant = {
  granted: true,
  name: "a",
  holderId: "mine",
  ttlMs: 1_000,
  sentAtMs: 0,
  validMs: 1_000,
  fencingToken: 1n,
  state: "1",
};
const REFUSAL: Refusal = { granted: false, why: "held" };
const REQUEST: AcquireRequest = {
  name: "a",
  holderId: "mine",
  ttlMs: 1_000,
  mode: "exclusive",
  renewable: true,
};

function newSeat(open: 0 | 1 = 0): Seat {
  const provider = memory();
  const member = new QuorumMember(0, provider, resolveQuorum([provider], {}));
  const [seat] = newSeats([member], open) as readonly [Seat];
  return seat;
}

/** A provider that answers acquires in the order of `answers`, each when it is called. */
function answering(...answers: readonly (() => unknown)[]): LockProvider {
  const left = [...answers];
  return { ...memory(), tryAcquire: (async () => left.shift()?.()) as LockProvider["tryAcquire"] };
}

function hold(holderId: string, endsAtMs: number): Hold {
  const isNothing = { isWon: false, isReleased: false, release: undefined };
  return { name: "a", holderId, seats: [], token: undefined, endsAtMs, ...isNothing };
}

describe("holds", () => {
  test("those whose time has passed go when another is kept, the oldest first", () => {
    const holds = new Holds();
    for (const [holderId, endsAtMs] of [
      ["first", 10],
      ["second", 20],
      ["third", 30],
    ] as const) {
      holds.keep(hold(holderId, endsAtMs), 0);
    }
    holds.keep(hold("fourth", 40), 20);
    const left = ["first", "second", "third", "fourth"].filter((id) => holds.get(id));
    expect(left).toEqual(["third", "fourth"]);
  });

  test("one that is deleted is gone", () => {
    const holds = new Holds();
    holds.keep(hold("mine", 10), 0);
    holds.delete("mine");
    expect(holds.get("mine")).toBeUndefined();
  });
});

describe("seats", () => {
  test("nothing is known of a new one", () => {
    const { member: _, ...seat } = newSeat(1);
    expect(seat).toEqual({
      open: 1,
      answer: undefined,
      askCount: 0,
      isGranted: false,
      state: undefined,
      isRepairing: false,
      isLost: false,
    });
  });

  test("a grant is kept with its state, and ends a loss", async () => {
    const seat = newSeat();
    seat.isLost = true;
    await askSeat(
      seat,
      answering(() => GRANT),
      REQUEST,
    );
    expect(seat).toMatchObject({ open: 0, askCount: 1, isGranted: true, state: "1" });
    expect(seat.isLost).toBe(false);
  });

  test("a refusal takes back what an earlier answer said, and leaves a loss", async () => {
    const seat = newSeat();
    const provider = answering(
      () => GRANT,
      () => REFUSAL,
    );
    await askSeat(seat, provider, REQUEST);
    seat.isLost = true;
    await askSeat(seat, provider, REQUEST);
    expect(seat).toMatchObject({ open: 0, askCount: 2, isGranted: false, isLost: true });
    expect(seat.state).toBeUndefined();
  });

  test("a grant that comes after a later question still counts, a refusal does not", async () => {
    for (const [late, isGranted] of [
      [GRANT, true],
      [REFUSAL, false],
    ] as const) {
      const seat = newSeat();
      let answer: (value: unknown) => void = () => undefined;
      const provider = answering(
        () => new Promise((resolve) => (answer = resolve)),
        () => REFUSAL,
      );
      const first = askSeat(seat, provider, REQUEST);
      await askSeat(seat, provider, REQUEST);
      answer(late);
      await first;
      expect([seat.open, seat.isGranted]).toEqual([0, isGranted]);
    }
  });

  test("a late refusal takes nothing back of what a later question was granted", async () => {
    const seat = newSeat();
    let answer: (value: unknown) => void = () => undefined;
    const provider = answering(
      () => new Promise((resolve) => (answer = resolve)),
      () => GRANT,
    );
    const first = askSeat(seat, provider, REQUEST);
    await askSeat(seat, provider, REQUEST);
    answer(REFUSAL);
    await first;
    expect(seat).toMatchObject({ open: 0, isGranted: true, state: "1" });
  });

  test.each([undefined, null, 42, {}, { granted: "yes" }])(
    "an answer that is none leaves the question open: %j",
    async (answer) => {
      const seat = newSeat();
      const asked = askSeat(
        seat,
        answering(() => answer),
        REQUEST,
      );
      const error = await asked.catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: "BACKEND_UNAVAILABLE",
        message: "gave no usable answer",
        outcome: "unknown",
      });
      expect(seat.open).toBe(1);
    },
  );

  test("a fault closes the question only where it is sure that nothing was applied", async () => {
    for (const [fault, open] of [
      [new LockError("BACKEND_UNAVAILABLE", "refused"), 0],
      [new LockError("BACKEND_UNAVAILABLE", "reset", { outcome: "unknown" }), 1],
      [new Error("a bug"), 1],
    ] as const) {
      const seat = newSeat();
      const provider = answering(() => Promise.reject(fault));
      await expect(askSeat(seat, provider, REQUEST)).rejects.toBe(fault);
      expect(seat.open).toBe(open);
    }
  });
});

test("a renewal that is answered by no list, or not at all, has no outcome", async () => {
  for (const renew of [async () => undefined, () => Promise.reject(new Error("a bug"))]) {
    expect(await renewAt({ renew } as never, [REQUEST])).toEqual([]);
  }
  const outcome = { status: "lost", why: "deleted" } as const;
  expect(await renewAt({ renew: async () => [outcome] }, [REQUEST])).toEqual([outcome]);
});
