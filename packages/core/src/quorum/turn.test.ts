import { expect, test } from "vitest";
import { manualClock } from "../manual-clock.ts";
import { memory } from "../memory/memory-provider.ts";
import type { Grant, ReleaseRequest, RenewOutcome, RenewRequest, TurnQueue } from "../provider.ts";
import { type QuorumSettings, resolveQuorum } from "./quorum-options.ts";
import { TURN_MS_MAX, Turn } from "./turn.ts";
import { TurnPlace } from "./turn-place.ts";

const REQUEST = { name: "a", holderId: "mine", mode: "exclusive", renewable: true } as const;

/** A turn of 1,000 ms at a memory provider whose releases and renewals are counted. */
async function taken(grantOf: (grant: Grant) => Grant = (grant) => grant) {
  const clock = manualClock();
  const provider = memory({ clock });
  const settings: QuorumSettings = resolveQuorum([provider], {});
  const releases: ReleaseRequest[] = [];
  const renewals: RenewRequest[] = [];
  const answers: { renew?: () => Promise<readonly RenewOutcome[]> } = {};
  const queue: TurnQueue = {
    ...provider,
    enqueue: (request) => provider.enqueue?.(request) ?? Promise.reject(new Error("no queue")),
    release(request) {
      releases.push(request);
      return provider.release(request);
    },
    renew(requests) {
      renewals.push(...requests);
      return answers.renew?.() ?? provider.renew(requests);
    },
  };
  const { signal } = new AbortController();
  const grant = await queue.enqueue({ ...REQUEST, ttlMs: 1_000, signal });
  if (!grant.granted) throw new Error("not granted");
  const turn = new Turn(new TurnPlace(queue, settings), settings, grantOf(grant));
  const isHeld = async (): Promise<boolean> => (await provider.inspect?.("a"))?.held === true;
  return { clock, turn, releases, renewals, answers, isHeld };
}

test("the longest turn is three seconds", () => {
  expect(TURN_MS_MAX).toBe(3_000);
});

test("a turn is at once only where its grant says so", async () => {
  expect((await taken()).turn.isAtOnce).toBe(false);
  expect((await taken((grant) => ({ ...grant, isAtOnce: true }))).turn.isAtOnce).toBe(true);
});

test("a turn is over when its validity, counted from its send, has passed", async () => {
  const { clock, turn } = await taken((grant) => ({ ...grant, validMs: 800 }));
  await clock.advance(799);
  expect(turn.isOver).toBe(false);
  await clock.advance(1);
  expect(turn.isOver).toBe(true);
});

test("a turn that is given is released once, plainly", async () => {
  const { clock, turn, releases, isHeld } = await taken();
  turn.give();
  expect(turn.isOver).toBe(true);
  turn.give();
  await clock.advance(0);
  expect(releases).toEqual([{ name: "a", holderId: "mine", ttlMs: 1_000, inDoubt: false }]);
  expect(await isHeld()).toBe(false);
});

test("a turn that is over is not released: it may be another's", async () => {
  const { clock, turn, releases } = await taken();
  await clock.advance(1_000);
  turn.give();
  expect(releases).toEqual([]);
});

test("a turn is prolonged when less than half of it is left", async () => {
  const { clock, turn, renewals } = await taken();
  await clock.advance(500);
  turn.keep();
  expect(renewals).toEqual([]);
  await clock.advance(1);
  turn.keep();
  await clock.advance(0);
  expect(renewals).toEqual([{ name: "a", holderId: "mine", ttlMs: 1_000 }]);
  await clock.advance(999);
  expect(turn.isOver).toBe(false);
  await clock.advance(1);
  expect(turn.isOver).toBe(true);
});

test("a turn whose renewal is answered with a loss is over, with nothing it is as it was", async () => {
  for (const [outcomes, isOver] of [
    [[{ status: "lost", why: "gone" }], true],
    [[{ status: "unknown", cause: undefined }], false],
    [[], false],
  ] as const) {
    const { clock, turn, answers } = await taken();
    answers.renew = async () => outcomes;
    await clock.advance(600);
    turn.keep();
    await clock.advance(0);
    expect(turn.isOver).toBe(isOver);
    await clock.advance(400);
    expect(turn.isOver).toBe(true);
  }
});

test("a renewal that is answered after the turn was given brings it back to nobody", async () => {
  const { clock, turn, answers } = await taken();
  const renewed: RenewOutcome = {
    status: "renewed",
    sentAtMs: 600,
    validMs: 1_000,
    fencingToken: undefined,
  };
  let answer: (outcomes: readonly RenewOutcome[]) => void = () => undefined;
  answers.renew = () => new Promise((resolve) => (answer = resolve));
  await clock.advance(600);
  turn.keep();
  turn.give();
  answer([renewed]);
  await clock.advance(0);
  expect(turn.isOver).toBe(true);
});
