import { expect, test } from "vitest";
import { manualClock, quorum, type Refusal, withPrefix } from "../src/index.ts";
import { settled } from "./faulty-provider.ts";
import {
  at,
  attempt,
  faultyMember,
  giveBack,
  granted,
  holders,
  testQuorum,
} from "./quorum-members.ts";

test("a copy of a granted attempt that fails takes nothing away", async () => {
  const { clock, members, provider } = testQuorum(3, { memberTimeoutMs: 200 });
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  for (const member of members.slice(0, 2)) member.behave("silent");
  const copy = settled(provider.tryAcquire(mine));
  await clock.advance(200);
  expect((await copy).value).toMatchObject({ granted: false, why: "no-quorum" });
  for (const member of members) member.behave("up");
  await clock.advance(200);
  expect(await holders(members)).toEqual([1, 2, 3]);
  expect(await provider.tryAcquire(attempt("another"))).toMatchObject({ why: "held" });
  const release = provider.release(giveBack(mine));
  await clock.advance(1_000);
  expect(await release).toBe("released");
  expect(await holders(members)).toEqual([]);
});

test("G-01 withPrefix around a member says whose server it is now, not whose it was", async () => {
  const { clock, members } = testQuorum(3);
  const prefixed = members.map((member) => withPrefix(member, "orders:"));
  await using provider = quorum(prefixed, { clock });
  const mine = attempt("mine");
  await granted(provider.tryAcquire(mine));
  await provider.release(giveBack(mine));
  // The address of the second leads to the first's server from now on.
  at(members, 1).identity = at(members, 0).identity;
  await expect(provider.tryAcquire(attempt("another"))).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
});

test("a member that joins as nothing is a misconfiguration, with fencing and without", async () => {
  const clock = manualClock();
  const members = [1, 2, 3].map((number) => ({
    ...faultyMember(clock, number),
    asMember: async () => undefined as never,
  }));
  for (const fencing of [true, false]) {
    const provider = fencing ? quorum(members) : quorum(members, { fencing: false });
    await expect(provider.tryAcquire(attempt("mine"))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  }
});

test("a late refusal takes nothing back of what a repair was granted since", async () => {
  const { clock, members, provider } = testQuorum(3);
  const mine = attempt("mine");
  const { name, holderId, ttlMs } = mine;
  let refuse: ((refusal: Refusal) => void) | undefined;
  at(members, 2).faults.acquire = () =>
    new Promise((resolve) => {
      refuse = resolve;
    });
  await granted(provider.tryAcquire(mine));
  at(members, 2).behave("up");
  // It has nothing of ours, so this renewal repairs it.
  expect((await provider.renew([{ name, holderId, ttlMs }]))[0]).toMatchObject({
    status: "renewed",
  });
  await clock.advance(0);
  expect(await holders(members)).toEqual([1, 2, 3]);
  refuse?.({ granted: false, why: "abstaining" });
  await clock.advance(0);
  expect(await provider.release(giveBack(mine))).toBe("released");
  await clock.advance(1_000);
  expect(await holders(members)).toEqual([]);
});

test("the first vote waits a moment, and no longer, for a member that does not join", async () => {
  const { clock, members, provider } = testQuorum(3);
  at(members, 2).joining = () => new Promise(() => undefined);
  const answer = granted(provider.tryAcquire(attempt("mine")));
  await clock.advance(50);
  await answer;
});
