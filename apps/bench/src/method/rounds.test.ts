import { expect, test } from "vitest";
import type { Probe } from "../scenario.ts";
import { type Entrant, runRounds } from "./rounds.ts";

function entrant(strategyId: string, probe: Partial<Probe> = {}): Entrant {
  return {
    strategyId,
    samples: [],
    failure: undefined,
    probe: {
      warmUp: async () => {},
      measure: async () => ({ x: 1 }),
      close: async () => {},
      ...probe,
    },
  };
}

test("every round begins with another strategy, after a warm-up that is not kept", async () => {
  const order: string[] = [];
  const measured: string[] = [];
  const entrants = ["a", "b", "c"].map((id) => entrant(id));
  await runRounds(entrants, {
    rounds: 3,
    seconds: 0.01,
    signal: new AbortController().signal,
    onSlice: (id) => order.push(id),
    onSample: ({ strategyId }, { x }) => measured.push(`${strategyId}${x}`),
  });
  expect(measured.join("")).toBe("a1b1c1" + "b1c1a1" + "c1a1b1");
  expect(order.join("")).toBe("abc" + "abc" + "bca" + "cab");
  expect(entrants.map(({ samples }) => samples.length)).toEqual([3, 3, 3]);
});

test("a strategy that fails falls out and the others go on", async () => {
  const failing = entrant("a", { measure: () => Promise.reject(new Error("broken")) });
  const sound = entrant("b");
  await runRounds([failing, sound], {
    rounds: 2,
    seconds: 0.01,
    signal: new AbortController().signal,
    onSlice: () => {},
    onSample: () => {},
  });
  expect(failing.failure).toBe("broken");
  expect(sound.samples).toHaveLength(2);
});

test("an interrupted round is dropped for all", async () => {
  const controller = new AbortController();
  const first = entrant("a");
  const second = entrant("b", {
    measure: async () => {
      if (first.samples.length === 3) controller.abort();
      return { x: 2 };
    },
  });
  await runRounds([first, second], {
    rounds: 9,
    seconds: 0.01,
    signal: controller.signal,
    onSlice: () => {},
    onSample: () => {},
  });
  expect([first.samples.length, second.samples.length]).toEqual([2, 2]);
});
