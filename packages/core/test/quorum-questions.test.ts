import { expect, test } from "vitest";
import { type LockProvider, type LockState, manualClock, quorum } from "../src/index.ts";
import { faultyMember } from "./quorum-members.ts";

/** A quorum whose members say this of the lock `a`; undefined says nothing. */
function saying(...states: readonly (Partial<LockState> | undefined)[]): LockProvider {
  const clock = manualClock();
  const members = states.map((state) => ({
    ...faultyMember(clock),
    inspect: async (name: string): Promise<LockState> => {
      if (state === undefined) throw new Error("down");
      return { name, held: state.incarnation !== undefined, ...state };
    },
  }));
  return quorum(members, { name: "asked", fencing: false });
}

/** Questions are no votes, so tokens are nothing to them. */
const plain = { fencing: false } as const;
const free: Partial<LockState> = { held: false };
const one: Partial<LockState> = { incarnation: "one" };
const other: Partial<LockState> = { incarnation: "other" };

test("the time and the token are those that a majority has", async () => {
  const provider = saying(
    { ...one, remainingMs: 100, fencingToken: 5n, description: "first" },
    { ...one, remainingMs: 300, fencingToken: 7n, description: "second" },
    { ...one, remainingMs: 200, fencingToken: 6n },
  );
  expect(await provider.inspect?.("a")).toEqual({
    name: "a",
    held: true,
    incarnation: "one",
    description: "first",
    remainingMs: 200,
    fencingToken: 6n,
  });
});

test("where a majority tells differing tokens, that of the last of them is meant", async () => {
  const provider = saying({ ...one, fencingToken: 7n }, { ...one, fencingToken: 5n }, free);
  expect(await provider.inspect?.("a")).toMatchObject({ fencingToken: 5n });
});

test("members without a doctor have nothing to find", async () => {
  const clock = manualClock();
  const members = [1, 2, 3].map((number) => faultyMember(clock, number));
  for (const member of members) delete member.doctor;
  const provider = quorum(members, plain);
  expect(await provider.doctor?.()).toEqual([]);
});

test("what less than a majority says is left out", async () => {
  const bare = { name: "a", held: true, incarnation: "one" };
  expect(await saying(one, one, one).inspect?.("a")).toStrictEqual(bare);
  const partly = saying({ ...one, remainingMs: 100, fencingToken: 5n }, one, free);
  expect(await partly.inspect?.("a")).toEqual(bare);
});

test("a lock that two hold at a minority each is free", async () => {
  expect(await saying(one, other, free).inspect?.("a")).toEqual({ name: "a", held: false });
  expect(await saying(free, one, free).inspect?.("a")).toEqual({ name: "a", held: false });
});

test("the holder of a majority is told, whoever else has a member", async () => {
  expect(await saying(other, one, one).inspect?.("a")).toMatchObject({ incarnation: "one" });
  const five = saying(other, one, free, one, one);
  expect(await five.inspect?.("a")).toMatchObject({ incarnation: "one" });
});

test.each([
  ["three members, one of them down", [one, free, undefined], "1 of 2"],
  ["five members, one of them down", [one, one, free, free, undefined], "2 of 4"],
  ["a holder whose grants cannot be told apart", [{ held: true }, { held: true }, free], "2 of 3"],
] as const)("it is not known whether it is held: %s", async (_, states, count) => {
  await expect(saying(...states).inspect?.("a")).rejects.toMatchObject({
    code: "NO_QUORUM",
    message: `asked: ${count} answers say it is held`,
  });
});

test("with a member down it is known where that could change nothing", async () => {
  expect(await saying(one, one, undefined).inspect?.("a")).toMatchObject({ held: true });
  expect(await saying(free, free, undefined).inspect?.("a")).toMatchObject({ held: false });
  const five = saying(one, free, free, free, undefined);
  expect(await five.inspect?.("a")).toMatchObject({ held: false });
});

test("a ping needs a majority of answers, and counts members without one as up", async () => {
  const clock = manualClock();
  const member = (ping?: () => Promise<void>) => ({ ...faultyMember(clock), ping: ping as never });
  const down = (): Promise<void> => Promise.reject(new Error("down"));
  await quorum([member(), member(), member(down)], plain).ping?.();
  await expect(
    quorum([member(), member(down), member(down)], plain).ping?.(),
  ).rejects.toMatchObject({
    code: "NO_QUORUM",
    message: "quorum: 1 of 3 members answered, 2 are needed",
  });
});

test("a question that was answered leaves no timer, whatever the answer", async () => {
  const clock = manualClock();
  const members = [1, 2, 3].map((number) => ({
    ...faultyMember(clock),
    inspect: async (name: string): Promise<LockState> => {
      if (number === 1) throw new Error("down");
      return { name, held: false };
    },
  }));
  await quorum(members, plain).inspect?.("a");
  expect(clock.pendingTimers).toBe(0);
});

test("who breaks a lock is told whether any member had it", async () => {
  const clock = manualClock();
  const breaking = (...had: readonly boolean[]) =>
    quorum(
      had.map((broke) => ({ ...faultyMember(clock), breakLock: async () => broke })),
      plain,
    ).breakLock?.("a", { incarnation: "any" });
  expect(await breaking(false, true, false)).toBe(true);
  expect(await breaking(false, false, false)).toBe(false);
});
