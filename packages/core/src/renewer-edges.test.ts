import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { Holding } from "./holding.ts";
import { manualClock } from "./manual-clock.ts";
import { memory } from "./memory/memory-provider.ts";
import type { RenewOutcome, RenewRequest } from "./provider.ts";
import { Renewer } from "./renewer.ts";
import { resolveLocksOptions } from "./settings.ts";

function scene() {
  const manual = manualClock();
  const refs: (boolean | undefined)[] = [];
  const clock: Clock = {
    monotonicMs: () => manual.monotonicMs(),
    wallMs: () => manual.wallMs(),
    bootMs: () => manual.bootMs(),
    setTimer(delayMs, callback, options) {
      refs.push(options?.ref);
      return manual.setTimer(delayMs, callback);
    },
  };
  const asked: RenewRequest[] = [];
  const answers: ((outcomes: readonly RenewOutcome[]) => void)[] = [];
  const provider = Object.assign(memory({ clock }), {
    renew(requests: readonly RenewRequest[]) {
      asked.push(...requests);
      return new Promise<readonly RenewOutcome[]>((resolve) => answers.push(resolve));
    },
  });
  const renewer = new Renewer(resolveLocksOptions({ provider, clock }));
  const hold = (renewAtMs = 1_000, deadlineMs = 2_938): Holding => {
    const granted = { ttlMs: 3_000, validMs: 3_000, fencingToken: 1n };
    const holding = new Holding(
      { name: "a", holderId: "mine", ttlMs: 3_000, renewable: true },
      granted,
      { acceptedAtMs: 0, deadlineMs, renewAtMs },
    );
    renewer.add(holding);
    return holding;
  };
  const answer = async (outcome: RenewOutcome): Promise<void> => {
    answers.shift()?.([outcome]);
    await manual.advance(0);
  };
  return { clock: manual, refs, asked, renewer, hold, answer };
}

const UNKNOWN: RenewOutcome = { status: "unknown", cause: undefined };

function renewed(sentAtMs: number, fencingToken: bigint): RenewOutcome {
  return { status: "renewed", sentAtMs, validMs: 3_000, fencingToken };
}

test("the timer keeps no process alive", () => {
  const { hold, refs } = scene();
  hold();
  expect(refs).toEqual([false]);
});

test("a grant without state is renewed without one", async () => {
  const { hold, asked, clock } = scene();
  hold();
  await clock.advance(1_000);
  expect(asked.map((request) => Object.keys(request))).toEqual([["name", "holderId", "ttlMs"]]);
});

test("a renewal that answers after the end does not bring the lease back", async () => {
  const { renewer, hold, answer } = scene();
  const holding = hold();
  const renewal = renewer.renew(holding);
  renewer.remove(holding);
  void answer(renewed(0, 1n));
  await expect(renewal).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect([renewer.size, holding.deadlineMs]).toEqual([0, 2_938]);
});

test("an answer that was overtaken leaves the time of the next renewal alone", async () => {
  const { clock, hold, answer, asked } = scene();
  const holding = hold(0);
  await clock.advance(1_400);
  expect(asked.length).toBeGreaterThan(1);
  const { renewAtMs } = holding;
  await answer(UNKNOWN);
  expect(holding.renewAtMs).toBe(renewAtMs);
});

test("an answer that proves what is known changes nothing", async () => {
  const { renewer, hold, answer } = scene();
  const holding = hold();
  const renewal = renewer.renew(holding);
  await answer(renewed(0, 9n));
  expect(await renewal).toBe(2_938);
  expect([holding.serverToken, holding.deadlineMs]).toEqual([1n, 2_938]);
});

test("a renewal on its way is not sent again with others, whenever it would be due", async () => {
  const { clock, renewer, hold, asked } = scene();
  const first = hold(1_070, 3_210);
  void renewer.renew(first);
  // It counts as unanswered at the very time at which it was due.
  expect(first.wakeAtMs).toBe(first.renewAtMs);
  hold();
  await clock.advance(1_000);
  expect(asked).toHaveLength(2);
});

test("a lease that nobody owns yet ends all the same", async () => {
  const { clock, renewer, hold } = scene();
  const holding = hold(9_000);
  await clock.advance(2_938);
  expect([holding.ended, renewer.size]).toEqual([true, 0]);
});
