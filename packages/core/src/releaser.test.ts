import { expect, test } from "vitest";
import { Holding } from "./holding.ts";
import { manualClock } from "./manual-clock.ts";
import type { ReleaseOutcome } from "./provider.ts";
import { Releaser, releaseRequest } from "./releaser.ts";

const REQUEST = { name: "a", holderId: "mine", ttlMs: 1_000, inDoubt: false };

function releasing(release: () => unknown) {
  const clock = manualClock();
  const provider = { release: release as () => ReleaseOutcome };
  return { clock, releaser: new Releaser({ provider, clock, releaseTimeoutMs: 80 }) };
}

test("a request tells what the provider needs, and its state where it has one", () => {
  for (const [state, more] of [
    [undefined, {}],
    ["its own", { state: "its own" }],
  ] as const) {
    const granted = { ttlMs: 1_200, validMs: 1_200, fencingToken: 1n, ...(state && { state }) };
    const holding = new Holding({ ...REQUEST, renewable: true }, granted, {
      acceptedAtMs: 0,
      deadlineMs: 900,
      renewAtMs: 300,
    });
    expect(releaseRequest(holding)).toStrictEqual({ ...REQUEST, ...more });
  }
});

test("an answer at once is the outcome, and sets no timer", () => {
  for (const outcome of ["released", "absent", "unknown"] as const) {
    const { clock, releaser } = releasing(() => outcome);
    expect(releaser.release(REQUEST)).toBe(outcome);
    expect(clock.pendingTimers).toBe(0);
  }
  expect(releasing(() => "perhaps").releaser.release(REQUEST)).toBe("unknown");
});

test("an answer later is the outcome, and leaves no timer", async () => {
  for (const outcome of ["released", "absent", "unknown"] as const) {
    const { clock, releaser } = releasing(async () => outcome);
    const reply = releaser.release(REQUEST);
    expect(clock.pendingTimers).toBe(1);
    expect(await reply).toBe(outcome);
    expect(clock.pendingTimers).toBe(0);
  }
});

test("what is no answer is unknown", async () => {
  for (const answer of [
    async () => "perhaps",
    async () => undefined,
    () => undefined,
    () => Promise.reject(new Error("a driver's")),
    () => {
      throw new Error("thrown");
    },
  ]) {
    const { clock, releaser } = releasing(answer);
    expect(await releaser.release(REQUEST)).toBe("unknown");
    expect(clock.pendingTimers).toBe(0);
  }
});

test("an answer that does not come is unknown after the limit, and an eighth of it at most", async () => {
  const { clock, releaser } = releasing(() => new Promise(() => undefined));
  let outcome: unknown;
  void Promise.resolve(releaser.release(REQUEST)).then((said) => {
    outcome = said;
  });
  await clock.advance(80);
  expect(outcome).toBeUndefined();
  await clock.advance(10);
  expect([outcome, clock.pendingTimers]).toEqual(["unknown", 0]);
});

test("a releaser that stops leaves no timer", () => {
  const { clock, releaser } = releasing(() => new Promise(() => undefined));
  void releaser.release(REQUEST);
  releaser.stop();
  expect(clock.pendingTimers).toBe(0);
});
