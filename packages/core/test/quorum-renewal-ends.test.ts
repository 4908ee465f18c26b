import { describe, expect, test } from "vitest";
import { type Loss, quorum, type RenewOutcome } from "../src/index.ts";
import { at, attempt, granted, testQuorum } from "./quorum-members.ts";

const CLAIM = { name: "a", holderId: "mine", ttlMs: 10_000 };
const OTHER = { name: "b", holderId: "also mine", ttlMs: 10_000 };
const LOST = { status: "lost", why: "deleted" } as const;
const UNKNOWN = { status: "unknown", cause: undefined } as const;

function renewed(fencingToken?: bigint): RenewOutcome {
  return { status: "renewed", sentAtMs: 0, validMs: 10_000, fencingToken };
}

describe("a lease that another process took", () => {
  test("has the largest token that is told, whoever tells it last", async () => {
    for (const [first, second] of [
      [9n, 5n],
      [5n, 9n],
      [9n, undefined],
    ]) {
      const { members, provider } = testQuorum(3);
      await granted(provider.tryAcquire(attempt("mine")));
      at(members, 0).faults.renew = async () => [renewed(first)];
      at(members, 1).faults.renew = async () => [renewed(second)];
      at(members, 2).behave("silent", "renew");
      expect(await quorum(members).renew([CLAIM])).toMatchObject([{ fencingToken: 9n }]);
    }
  });

  test("is renewed at members whose join failed before, by joining them again", async () => {
    const { members, provider } = testQuorum(3);
    await granted(provider.tryAcquire(attempt("mine")));
    const adopting = quorum(members);
    let failuresLeft = 2;
    for (const member of members.slice(1)) {
      member.joining = async () => {
        failuresLeft -= 1;
        if (failuresLeft >= 0) throw new Error("not yet");
      };
    }
    expect(await adopting.renew([CLAIM])).toMatchObject([{ status: "renewed" }]);
  });

  test("is asked for at nobody who joins when that is over", async () => {
    const { clock, members, provider } = testQuorum(3);
    await granted(provider.tryAcquire(attempt("mine")));
    let join: () => void = () => undefined;
    at(members, 2).joining = () =>
      new Promise((resolve) => {
        join = resolve;
      });
    const renewal = quorum(members).renew([CLAIM]);
    await clock.advance(50);
    expect(await renewal).toMatchObject([{ status: "renewed" }]);
    join();
    await clock.advance(0);
    expect(members.map(({ renewals }) => renewals.length)).toEqual([1, 1, 0]);
  });
});

test("G-02 a loss counts from the last renewal on, however often it was renewed", async () => {
  const { members, provider } = testQuorum(3);
  const told: Loss[] = [];
  provider.onLoss((loss) => told.push(loss));
  await granted(provider.tryAcquire(attempt("mine")));
  await provider.renew([CLAIM]);
  await at(members, 0).breakLock("a", { incarnation: "any" });
  expect(told).toEqual([]);
  await at(members, 1).breakLock("a", { incarnation: "any" });
  expect(told).toMatchObject([{ name: "a", holderId: "mine" }]);
});

test("what a member lost is put back when the whole round is over", async () => {
  const { clock, members, provider } = testQuorum(5, { memberTimeoutMs: 100 });
  await granted(provider.tryAcquire(attempt("mine")));
  await granted(provider.tryAcquire(attempt("also mine", { name: "b" })));
  for (const [index, member] of members.entries()) {
    member.acquires.length = 0;
    member.faults.renew = async () => [index === 0 ? LOST : renewed(), UNKNOWN];
  }
  at(members, 4).behave("silent", "renew");
  const round = provider.renew([CLAIM, OTHER]);
  await clock.advance(99);
  expect(at(members, 0).acquires).toEqual([]);
  await clock.advance(1);
  expect(await round).toMatchObject([{ status: "renewed" }, { status: "unknown" }]);
  await clock.advance(0);
  expect(at(members, 0).acquires.map(({ name }) => name)).toEqual(["a"]);
});
