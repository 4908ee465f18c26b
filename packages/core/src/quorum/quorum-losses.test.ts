import { expect, test } from "vitest";
import { memory } from "../memory/memory-provider.ts";
import type { LockProvider, Loss } from "../provider.ts";
import { type Hold, Holds, newSeats } from "./hold.ts";
import { QuorumLosses } from "./quorum-losses.ts";
import { QuorumMember } from "./quorum-member.ts";
import { resolveQuorum } from "./quorum-options.ts";

const LOSS: Loss = { name: "a", holderId: "mine", why: "deleted" };

/** So many members, of which those of these numbers tell of no losses. */
function scene(count = 3, mute: readonly number[] = []) {
  const listeners = Array.from({ length: count }, () => new Set<(loss: Loss) => void>());
  const settings = resolveQuorum([memory()], {});
  const members = listeners.map((set, index) => {
    const onLoss: Required<LockProvider>["onLoss"] = (listener) => {
      set.add(listener);
      return { [Symbol.dispose]: () => void set.delete(listener) };
    };
    const { onLoss: _, ...plain } = memory();
    const provider: LockProvider = mute.includes(index + 1) ? plain : { ...plain, onLoss };
    return new QuorumMember(index, provider, settings);
  });
  const holds = new Holds();
  const isNothing = { isWon: true, isReleased: false, release: undefined, token: undefined };
  const seats = newSeats(members, 0);
  const hold: Hold = { name: "a", holderId: "mine", seats, endsAtMs: 9_000, ...isNothing };
  holds.keep(hold, 0);
  const losses = new QuorumLosses(members, holds, Math.floor(count / 2) + 1);
  const tell = (number: number, loss: Loss = LOSS): void => {
    for (const listener of listeners[number - 1] ?? []) listener(loss);
  };
  return { losses, tell, hold, heard: () => listeners.map(({ size }) => size) };
}

test("members are listened to while somebody listens to the quorum", () => {
  const { losses, heard } = scene();
  expect(heard()).toEqual([0, 0, 0]);
  const [first, second] = [losses.add(() => undefined), losses.add(() => undefined)];
  expect(heard()).toEqual([1, 1, 1]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(heard()).toEqual([1, 1, 1]);
  second[Symbol.dispose]();
  expect(heard()).toEqual([0, 0, 0]);
  losses.add(() => undefined);
  expect(heard()).toEqual([1, 1, 1]);
  losses.close();
  expect(heard()).toEqual([0, 0, 0]);
});

test("a second end of one listener does not end another's", () => {
  const { losses, heard } = scene();
  const first = losses.add(() => undefined);
  first[Symbol.dispose]();
  losses.add(() => undefined);
  first[Symbol.dispose]();
  expect(heard()).toEqual([1, 1, 1]);
});

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 2],
  [5, 3],
])("of %i members %i have to tell of it, and it is told once", (count, needed) => {
  const { losses, tell } = scene(count);
  const told: Loss[] = [];
  losses.add((loss) => told.push(loss));
  for (let number = 1; number < needed; number += 1) tell(number);
  expect(told).toEqual([]);
  for (let number = needed; number <= count; number += 1) tell(number);
  expect(told).toEqual([LOSS]);
});

test("a member counts once, and a loss that was mended does not count", () => {
  const { losses, tell, hold } = scene();
  const told: Loss[] = [];
  losses.add((loss) => told.push(loss));
  tell(1);
  tell(1);
  expect(told).toEqual([]);
  for (const seat of hold.seats) seat.isLost = false;
  tell(2);
  expect(told).toEqual([]);
  tell(3);
  expect(told).toEqual([LOSS]);
});

test("of a holder that is not known nothing is told", () => {
  const { losses, tell } = scene(1);
  const told: Loss[] = [];
  losses.add((loss) => told.push(loss));
  tell(1, { ...LOSS, holderId: "another" });
  expect(told).toEqual([]);
});

test("everybody who listens is told, in the member's words", () => {
  const { losses, tell } = scene(1);
  const told: string[] = [];
  for (const name of ["first", "second"]) losses.add(({ why }) => told.push(`${name}: ${why}`));
  tell(1);
  expect(told).toEqual(["first: deleted", "second: deleted"]);
});

test("members that tell of no losses are passed over", () => {
  const told: Loss[] = [];
  const { losses, tell, heard } = scene(3, [2]);
  const subscription = losses.add((loss) => told.push(loss));
  tell(1);
  tell(3);
  expect([told, heard()]).toEqual([[LOSS], [1, 0, 1]]);
  subscription[Symbol.dispose]();
  expect(heard()).toEqual([0, 0, 0]);
});
