import { describe, expect, test } from "vitest";
import { LockError, type Refusal } from "../src/index.ts";
import { electionScene, FREE, HELD, later, raised } from "./election-scene.ts";
import { settled } from "./faulty-provider.ts";

const REFUSED = new LockError("BACKEND_UNAVAILABLE", "connection refused");
const REJECTED = new LockError("BACKEND_REJECTED", "no permission");
const RESET = new LockError("BACKEND_UNAVAILABLE", "reset", { outcome: "unknown" });

/** What members answer, in their order: a word each. */
const ANSWERS = {
  free: () => Promise.resolve(FREE),
  held: () => Promise.resolve(HELD),
  down: () => Promise.reject(REFUSED),
  rejected: () => Promise.reject(REJECTED),
  reset: () => Promise.reject(RESET),
  silent: () => new Promise<never>(() => undefined),
} as const;

async function answering(...answers: readonly (keyof typeof ANSWERS)[]) {
  const made = await electionScene(answers.length);
  for (const [index, answer] of answers.entries()) {
    made.server(index + 1).acquire = ANSWERS[answer];
  }
  return made;
}

describe("an election that is lost", () => {
  test.each([
    [["held", "held", "silent"], "held"],
    [["free", "held", "down"], "held"],
    [["down", "down", "free"], "no-quorum"],
    [["held", "free", "down", "down", "down"], "held"],
    [["held", "silent", "silent"], "no-quorum"],
    [["held", "free", "silent", "silent", "silent"], "no-quorum"],
    [["held", "free", "free", "silent", "silent"], "held"],
    [["silent", "silent", "free"], "no-quorum"],
  ] as const)("to members that are %j is %s", async (answers, why) => {
    const { clock, run } = await answering(...answers);
    const answer = run();
    await clock.advance(500);
    expect(await answer).toMatchObject({ granted: false, why });
  });

  test.each([
    [["held", "held", "silent"], "not-applied"],
    [["down", "down", "silent"], "unknown"],
    [["reset", "held", "held"], "unknown"],
    [["held", "down", "down"], "not-applied"],
    [["free", "held", "held"], "not-applied"],
  ] as const)("to members that are %j has an outcome: %s", async (answers, outcome) => {
    const { run } = await answering(...answers);
    expect(await run()).toMatchObject({ granted: false, outcome });
  });

  test.each([
    [["rejected", "rejected", "free"], "BACKEND_REJECTED"],
    [["rejected", "down", "free"], undefined],
    [["rejected", "rejected", "free", "free"], "BACKEND_REJECTED"],
    [["rejected", "down", "free", "free"], undefined],
    [["rejected", "rejected", "down", "free", "free"], undefined],
    [["rejected", "rejected", "rejected", "free", "free"], "BACKEND_REJECTED"],
  ] as const)("to members that are %j has the fault of a majority: %s", async (answers, code) => {
    const { run } = await answering(...answers);
    const { value, error } = await settled(run());
    expect(error?.code).toBe(code);
    if (code === undefined) expect(value).toMatchObject({ why: "no-quorum" });
  });

  test("by a fault is of unknown outcome while a member may still grant it", async () => {
    const { run } = await answering("rejected", "rejected", "silent");
    expect((await settled(run())).error?.outcome).toBe("unknown");
  });

  test("to silence says for how long each was waited for, in whole milliseconds", async () => {
    const { clock, run } = await answering("free", "silent", "silent");
    const answer = run({}, { ttlMs: 10_030 });
    await clock.advance(502);
    const { votes = [] } = (await answer) as Refusal;
    const why = "no answer within 502 ms";
    expect(votes.map((vote) => vote.why)).toEqual([undefined, why, why]);
  });
});

describe("a member that answers late", () => {
  test("tells its time all the same", async () => {
    const { clock, host, run, server } = await electionScene();
    const late = later<typeof FREE>();
    server(3).acquire = () => late.promise;
    await run();
    expect(host.offsets.serverNowMs()).toBeUndefined();
    late.resolve({ ...FREE, serverTimeMs: 5_000 });
    await clock.advance(0);
    expect(host.offsets.serverNowMs()).toBe(5_000);
  });

  test("gives its lock back where the election was lost, and keeps it where it was won", async () => {
    for (const others of ["free", "down"] as const) {
      const { clock, run, server, releases } = await answering(others, others, "silent");
      const late = later<typeof FREE>();
      server(3).acquire = () => late.promise;
      await run();
      late.resolve(FREE);
      await clock.advance(0);
      expect(releases()[2]).toEqual(others === "free" ? [] : [false]);
    }
  });

  test("grants in round two: it is raised before it counts", async () => {
    const { clock, run, server } = await electionScene();
    const late = later<typeof FREE>();
    server(1).acquire = async () => ({ ...FREE, fencingToken: 9n });
    server(2).acquire = async () => ({ ...FREE, fencingToken: 5n });
    server(2).renew = () => new Promise(() => undefined);
    server(3).acquire = () => late.promise;
    const answer = run();
    await clock.advance(100);
    late.resolve({ ...FREE, fencingToken: 6n });
    expect(await answer).toMatchObject({ granted: true, fencingToken: 9n });
    expect(server(3).renewals).toMatchObject([{ raiseFenceTo: 9n }]);
  });

  test("confirms after the end: nothing of the votes changes", async () => {
    const { clock, run, server } = await electionScene(3);
    const confirmation = later<ReturnType<typeof raised>>();
    server(1).acquire = async () => ({ ...FREE, fencingToken: 9n });
    server(2).renew = () => confirmation.promise;
    server(3).renew = () => confirmation.promise;
    const answer = run();
    await clock.advance(500);
    const { votes } = (await answer) as Refusal;
    const before = structuredClone(votes);
    confirmation.resolve(raised(9n));
    await clock.advance(0);
    expect(votes).toEqual(before);
  });
});

describe("a member that joins late", () => {
  test("is asked while the election runs, and after it was won", async () => {
    const { clock, run, join, asked } = await electionScene(3, {}, [2, 3]);
    const answer = run();
    await clock.advance(10);
    expect(asked()).toEqual([1, 0, 0]);
    await join(2);
    expect(await answer).toMatchObject({ granted: true });
    await join(3);
    expect(asked()).toEqual([1, 1, 1]);
  });

  test("is not asked after the others refused", async () => {
    const { run, join, asked, server } = await electionScene(3, {}, [3]);
    for (const number of [1, 2]) server(number).acquire = ANSWERS.held;
    expect(await run()).toMatchObject({ granted: false, why: "held" });
    await join(3);
    expect(asked()).toEqual([1, 1, 0]);
  });

  test("is not asked after the election was lost", async () => {
    const { clock, run, join, asked } = await electionScene(3, {}, [2, 3]);
    const answer = run();
    await clock.advance(500);
    expect(await answer).toMatchObject({ granted: false, outcome: "not-applied" });
    await join(2);
    expect(asked()).toEqual([1, 0, 0]);
  });

  test("is not asked after the holder has left, and the attempt is given up", async () => {
    const { hold, run, join, asked } = await electionScene(3, {}, [1, 2, 3]);
    const answer = settled(run());
    hold.isReleased = true;
    await join(1);
    expect((await answer).error).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
    await join(2);
    expect(asked()).toEqual([0, 0, 0]);
  });
});

describe("an attempt that is given up", () => {
  test("asks nobody where its holder has left before", async () => {
    const { hold, run, asked } = await electionScene();
    hold.isReleased = true;
    expect((await settled(run())).error).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
    expect(asked()).toEqual([0, 0, 0]);
  });

  test("asks nobody where its signal has aborted before, whatever is wrong otherwise", async () => {
    const { run, asked } = await electionScene();
    const signal = AbortSignal.abort("enough");
    const { error } = await settled(run({}, { signal }));
    expect(error).toMatchObject({ code: "ABORTED", cause: "enough", outcome: "not-applied" });
    expect(asked()).toEqual([0, 0, 0]);
  });

  test("is in doubt where only some of the members were asked yet", async () => {
    const { clock, run, server } = await electionScene(3, {}, [2, 3]);
    server(1).acquire = ANSWERS.silent;
    const controller = new AbortController();
    const answer = settled(run({}, { signal: controller.signal }));
    await clock.advance(0);
    controller.abort();
    expect((await answer).error).toMatchObject({ code: "ABORTED", outcome: "unknown" });
  });

  test("by its holder is not won any more, not by the last vote that it lacks", async () => {
    const { clock, hold, run, server } = await electionScene();
    const second = later<typeof FREE>();
    server(2).acquire = () => second.promise;
    server(3).acquire = ANSWERS.silent;
    const answer = settled(run());
    await clock.advance(0);
    hold.isReleased = true;
    second.resolve(FREE);
    expect((await answer).error?.code).toBe("ABORTED");
    expect([hold.isWon, hold.token]).toEqual([false, undefined]);
  });

  test("by its holder ends with the next answer, and what was asked is in doubt", async () => {
    const { hold, run, server } = await electionScene();
    const first = later<typeof FREE>();
    for (const number of [1, 2, 3]) server(number).acquire = () => first.promise;
    const answer = settled(run());
    hold.isReleased = true;
    first.resolve(FREE);
    expect((await answer).error).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    expect(hold.isWon).toBe(false);
  });

  test("sends its signal to no member", async () => {
    const { run, server } = await electionScene();
    await run({}, { signal: new AbortController().signal });
    expect(server(1).acquires.map((request) => "signal" in request)).toEqual([false]);
  });
});
