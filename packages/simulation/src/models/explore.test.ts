import { describe, expect, test } from "vitest";
import { type Action, explore, type Model } from "./explore.ts";

/** Jugs of 5 and 3 litres at a tap. */
const SIZES = [5, 3] as const;

function pour(from: 0 | 1, to: 0 | 1): Action {
  return {
    apply(state) {
      const amount = Math.min(state[from] as number, SIZES[to] - (state[to] as number));
      state[from] = (state[from] as number) - amount;
      state[to] = (state[to] as number) + amount;
      return amount > 0;
    },
    describe: ({ names }) => `${names.members[from]} into ${names.members[to]}`,
  };
}

function set(jug: 0 | 1, amount: number): Action {
  return {
    apply(state) {
      if (state[jug] === amount) return false;
      state[jug] = amount;
      return true;
    },
    describe: ({ names }) => `${amount === 0 ? "empty" : "fill"} ${names.members[jug]}`,
  };
}

function jugs(unwanted: number): Model {
  return {
    fieldCount: 2,
    actions: [
      pour(0, 1),
      pour(1, 0),
      ...([0, 1] as const).flatMap((jug) => [set(jug, 0), set(jug, SIZES[jug])]),
    ],
    start: () => {
      // Both are empty.
    },
    names: () => ({ clients: [], members: ["five", "three"] }),
    normalize: () => {
      // Every state is its own form.
    },
    violation: (state) => (state[0] === unwanted ? `${unwanted} litres` : undefined),
  };
}

describe("exploring", () => {
  test("sees every state that can be reached, and no other", () => {
    // All with one jug empty or full.
    expect(explore(jugs(9), 100)).toMatchObject({ stateCount: 16, counterexample: undefined });
  });

  test("tells a shortest way to what must not be", () => {
    expect(explore(jugs(4), 100).counterexample).toEqual({
      invariant: "4 litres",
      steps: [
        "fill five",
        "five into three",
        "empty three",
        "five into three",
        "fill five",
        "five into three",
      ],
    });
  });

  test("keeps the names of things that their normal form exchanges", () => {
    const rise = (at: 0 | 1): Action => ({
      apply(state) {
        state[at] = (state[at] as number) + 1;
        return true;
      },
      describe: ({ names }) => `${names.members[at]} rises`,
    });
    const model: Model = {
      ...jugs(9),
      actions: [rise(0), rise(1)],
      names: () => ({ clients: [], members: ["one", "other"] }),
      /** The smaller first. */
      normalize: (state, names) => {
        const [first = 0, second = 0] = state;
        if (first <= second) return;
        state.set([second, first]);
        names?.members.reverse();
      },
      violation: (state) => (state[0] === 1 && state[1] === 2 ? "1 and 2" : undefined),
    };
    expect(explore(model, 100).counterexample?.steps).toEqual([
      "one rises",
      "other rises",
      "other rises",
    ]);
  });

  test("ends with an error where there is no end", () => {
    expect(() => explore(jugs(9), 10)).toThrow(/more than 10 states/);
  });
});
