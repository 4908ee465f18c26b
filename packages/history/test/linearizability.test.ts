import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { holdsOf } from "../src/hold.ts";
import { searchLinearization } from "../src/linearizability/search.ts";
import { type Step, stepsOf } from "../src/linearizability/step.ts";
import { history } from "./event-lines.ts";

const ENOUGH = 1_000_000;

function resultOf(steps: readonly Step[], stepsMax: number = ENOUGH): string {
  return searchLinearization(steps, stepsMax).result;
}

/** Whether some order of the steps is possible, by trying all of them. */
function hasOrder(steps: readonly Step[], state: State = FREE): boolean {
  if (steps.length === 0) return true;
  const latestNs = Math.min(...steps.map(({ returnNs }) => returnNs));
  return steps.some((step) => {
    const next = afterStep(state, step);
    const isPossible = next !== undefined && next.nowNs <= latestNs;
    return (
      isPossible &&
      hasOrder(
        steps.filter((other) => other !== step),
        next,
      )
    );
  });
}

interface State {
  readonly holder: Step | undefined;
  readonly token: bigint;
  readonly nowNs: number;
}

const FREE: State = { holder: undefined, token: -1n, nowNs: 0 };

function afterStep({ holder, token, nowNs }: State, step: Step): State | undefined {
  const atNs = Math.max(nowNs, step.invokeNs);
  switch (step.kind) {
    case "acquire":
      if (step.token !== undefined && step.token <= token) return undefined;
      return {
        holder: step,
        token: step.token ?? token,
        nowNs: Math.max(atNs, holder?.freeFromNs ?? 0),
      };
    case "renew":
      return holder?.hold === step.hold ? { holder: step, token, nowNs: atNs } : undefined;
    case "release":
      return holder?.hold === step.hold ? { holder: undefined, token, nowNs: atNs } : undefined;
  }
}

interface Chance {
  readonly times: readonly number[];
  readonly token: number | undefined;
  readonly validMs: number;
  readonly renews: boolean;
  readonly releases: boolean;
}

/** A few holds whose calls take and lie as they happen to. */
const arbitraryHolds: fc.Arbitrary<readonly Chance[]> = fc.array(
  fc.record({
    times: fc.array(fc.nat(20), { minLength: 6, maxLength: 6 }),
    token: fc.option(fc.nat(5), { nil: undefined }),
    validMs: fc.nat(12),
    renews: fc.boolean(),
    releases: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

function linesOf(holds: readonly Chance[]): string {
  const lines = holds.flatMap(({ times, token, validMs, renews, releases }, index) => {
    const [asked, granted, second, third, fourth, fifth] = times.toSorted(
      (one, other) => one - other,
    );
    const hold = `hold-${index}`;
    const given = token === undefined ? "" : ` token=${token}`;
    return [
      `${asked} ${hold} acquire invoke`,
      `${granted} ${hold} acquire ok${given} until=${Number(granted) + validMs}`,
      ...(renews
        ? [
            `${second} ${hold} renew invoke`,
            `${third} ${hold} renew ok until=${Number(third) + validMs}`,
          ]
        : []),
      ...(releases ? [`${fourth} ${hold} release invoke`, `${fifth} ${hold} release ok`] : []),
    ];
  });
  return lines.join("\n");
}

describe("the search for a linearization", () => {
  test("finds an order exactly when trying all orders finds one", () => {
    const results = new Set<string>();
    fc.assert(
      fc.property(arbitraryHolds, (holds) => {
        const steps = stepsOf(holdsOf(history(linesOf(holds))));
        const result = resultOf(steps);
        results.add(result);
        expect(result).toBe(hasOrder(steps) ? "linearizable" : "impossible");
      }),
      { numRuns: 3_000 },
    );
    expect([...results].sort()).toEqual(["impossible", "linearizable"]);
  });

  test("says that it does not know when its steps are spent", () => {
    const lines = Array.from(
      { length: 9 },
      (_, index) => `
      ${index} hold-${index} acquire invoke
      ${20 + index} hold-${index} acquire ok until=1000`,
    );
    const steps = stepsOf(holdsOf(history(lines.map((line) => line.trim()).join("\n"))));
    expect(resultOf(steps)).toBe("impossible");
    expect(resultOf(steps, 5)).toBe("unknown");
  });

  test("takes a long history with long waits in its stride", () => {
    const count = 20_000;
    const lines = ["0 waiter acquire invoke", `${10 * count} waiter acquire ok token=${count + 1}`];
    for (let index = 0; index < count; index += 1) {
      const [hold, atMs] = [`hold-${index}`, 10 * index];
      lines.push(
        `${atMs + 1} ${hold} acquire invoke`,
        `${atMs + 2} ${hold} acquire ok token=${index + 1}`,
      );
      lines.push(`${atMs + 3} ${hold} release invoke`, `${atMs + 4} ${hold} release ok`);
    }
    const steps = stepsOf(holdsOf(history(lines.join("\n"))));
    expect(resultOf(steps)).toBe("linearizable");
  });
});
