import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { type Grant, LockError } from "../src/index.ts";
import { electionScene, FREE, HELD, later, REQUEST, raised } from "./election-scene.ts";

const REFUSED = new LockError("BACKEND_UNAVAILABLE", "connection refused");
const RESET = new LockError("BACKEND_UNAVAILABLE", "reset", { outcome: "unknown" });

describe("a grant of the quorum", () => {
  test("is for the longest ttl that was granted, and valid from the first send until the first ends", async () => {
    const { clock, server, run } = await electionScene();
    clock.stall(100);
    server(1).acquire = async () => ({ ...FREE, sentAtMs: 130, validMs: 9_000, ttlMs: 10_000 });
    server(2).acquire = async () => ({ ...FREE, sentAtMs: 120, validMs: 9_500, ttlMs: 12_000 });
    server(3).acquire = () => new Promise(() => undefined);
    expect(await run()).toStrictEqual({
      granted: true,
      name: "a",
      holderId: "mine",
      ttlMs: 12_000,
      fencingToken: 7n,
      sentAtMs: 100,
      validMs: 9_030,
      state: "7",
    });
  });

  test("is valid for no longer than its ttl, whenever its members were reached", async () => {
    const { servers, run } = await electionScene();
    for (const server of servers) server.acquire = async () => ({ ...FREE, sentAtMs: 300 });
    expect(await run()).toMatchObject({ sentAtMs: 0, validMs: 10_000 });
  });

  test("without fencing has no token and no state, whatever the members say", async () => {
    const { servers, run } = await electionScene(3, { fencing: false });
    for (const [index, server] of servers.entries()) {
      server.acquire = async () => ({ ...FREE, fencingToken: BigInt(index) });
    }
    const grant = await run();
    expect([(grant as Grant).fencingToken, "state" in grant]).toEqual([undefined, false]);
    expect(servers.flatMap(({ renewals }) => renewals)).toEqual([]);
  });

  test("leaves its hold with the token, and won", async () => {
    const { hold, run } = await electionScene();
    await run();
    expect([hold.token, hold.isWon]).toEqual([7n, true]);
  });

  test("leaves no timer and no listener, and so does every other end", async () => {
    const ends = [FREE, HELD, REFUSED, new LockError("CONFIG_INVALID", "another n")];
    for (const end of ends) {
      const { clock, servers, run } = await electionScene();
      for (const server of servers) {
        server.acquire = async () => {
          if (end instanceof LockError) throw end;
          return end;
        };
      }
      const { signal } = new AbortController();
      await run({}, { signal }).catch(() => undefined);
      await clock.advance(0);
      expect([clock.pendingTimers, getEventListeners(signal, "abort")]).toEqual([0, []]);
    }
    const { clock, hold, run } = await electionScene();
    const controller = new AbortController();
    const given = run({}, { signal: controller.signal }).catch(() => undefined);
    controller.abort();
    await given;
    expect([clock.pendingTimers, hold.isWon]).toEqual([0, false]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

describe("where the name is contended", () => {
  test("the lead is asked alone, and the others once it granted", async () => {
    const { clock, server, asked, run } = await electionScene();
    const lead = later<typeof FREE>();
    server(2).acquire = () => lead.promise;
    const answer = run({ order: [1, 0, 2] });
    await clock.advance(49);
    expect(asked()).toEqual([0, 1, 0]);
    lead.resolve(FREE);
    expect(await answer).toMatchObject({ granted: true });
    expect(asked()).toEqual([1, 1, 1]);
  });

  test("whoever is refused by the lead asks nobody else", async () => {
    const { server, asked, run } = await electionScene();
    server(2).acquire = async () => HELD;
    expect(await run({ order: [1, 0, 2] })).toMatchObject({
      granted: false,
      why: "held",
      outcome: "not-applied",
    });
    expect(asked()).toEqual([0, 1, 0]);
  });

  test("the next leads where the lead is down or abstains", async () => {
    const { server, asked, run } = await electionScene(5);
    server(2).acquire = () => Promise.reject(REFUSED);
    server(4).acquire = async () => ({ granted: false, why: "abstaining" });
    server(1).acquire = async () => HELD;
    expect(await run({ order: [1, 3, 0, 2, 4] })).toMatchObject({ granted: false });
    expect(asked()).toEqual([1, 1, 0, 1, 0]);
  });

  test("each lead has fifty milliseconds of its own, or what a member has if that is less", async () => {
    for (const [options, limitMs] of [
      [{}, 50],
      [{ memberTimeoutMs: 30 }, 30],
    ] as const) {
      const { clock, server, asked, run } = await electionScene(3, options);
      const first = later<typeof FREE>();
      server(1).acquire = () => first.promise;
      server(2).acquire = () => new Promise(() => undefined);
      const answer = run({ order: [0, 1, 2] });
      await clock.advance(limitMs - 1);
      first.reject(REFUSED);
      await clock.advance(limitMs - 1);
      expect(asked()).toEqual([1, 1, 0]);
      await clock.advance(1);
      expect(asked()).toEqual([1, 1, 1]);
      await clock.advance(500);
      expect(await answer).toMatchObject({ granted: false, why: "no-quorum" });
    }
  });

  test("a lead that is silent has, with the others, its full time from then on", async () => {
    const { clock, server, run } = await electionScene(3, { memberTimeoutMs: 100 });
    const lead = later<typeof FREE>();
    server(1).acquire = () => lead.promise;
    server(2).acquire = () => Promise.reject(REFUSED);
    const answer = run({ order: [0, 1, 2] });
    await clock.advance(149);
    lead.resolve(FREE);
    expect(await answer).toMatchObject({ granted: true });
  });

  test("a member that is held is asked again after 5, 10, 20 and 40 ms, and refuses after that", async () => {
    const { clock, server, run } = await electionScene();
    const askedAtMs: number[] = [];
    server(2).acquire = async () => {
      askedAtMs.push(clock.monotonicMs());
      return { ...HELD, retryAfterMs: 1_000 - clock.monotonicMs() };
    };
    server(3).acquire = () => Promise.reject(REFUSED);
    const answer = run({ order: [0, 1, 2] });
    await clock.advance(75);
    expect(askedAtMs).toEqual([0, 5, 15, 35, 75]);
    expect(await answer).toMatchObject({ why: "held", retryAfterMs: 925 });
  });

  test("a member that is held until its time is up is held, not silent", async () => {
    const { clock, server, run } = await electionScene(3, { memberTimeoutMs: 20 });
    server(2).acquire = async () => ({ ...HELD, retryAfterMs: 300 });
    server(3).acquire = () => Promise.reject(REFUSED);
    const answer = run({ order: [0, 1, 2] });
    await clock.advance(20);
    expect(await answer).toMatchObject({ why: "held", retryAfterMs: 300 });
    expect(clock.pendingTimers).toBe(0);
  });

  test("nobody is asked again after the end", async () => {
    const { clock, server, asked, run } = await electionScene();
    server(2).acquire = async () => HELD;
    const third = later<typeof FREE>();
    server(3).acquire = () => third.promise;
    const answer = run({ order: [0, 1, 2] });
    await clock.advance(5);
    third.resolve(FREE);
    expect(await answer).toMatchObject({ granted: true });
    await clock.advance(500);
    expect(asked()).toEqual([1, 2, 1]);
  });

  test("nobody is asked again who has not granted when round two begins", async () => {
    const { clock, server, asked, run } = await electionScene(5);
    const slow = later<typeof HELD>();
    for (const number of [1, 2, 3]) {
      server(number).acquire = async () => ({ ...FREE, fencingToken: BigInt(number + 5) });
      server(number).renew = () => new Promise(() => undefined);
    }
    server(4).acquire = () => slow.promise;
    server(5).acquire = () => Promise.reject(REFUSED);
    const answer = run({ order: [0, 1, 2, 3, 4] });
    await clock.advance(1);
    slow.resolve(HELD);
    await clock.advance(400);
    expect(asked()).toEqual([1, 1, 1, 1, 1]);
    await clock.advance(500);
    expect(await answer).toMatchObject({ granted: false });
  });

  test("who has the turn asks all at once, and again those that another is leaving", async () => {
    const { clock, server, asked, run } = await electionScene();
    let isFree = false;
    for (const number of [2, 3]) {
      server(number).acquire = async () => (isFree ? FREE : HELD);
    }
    const answer = run({ isLed: true });
    await clock.advance(0);
    expect(asked()).toEqual([1, 1, 1]);
    isFree = true;
    await clock.advance(5);
    expect(await answer).toMatchObject({ granted: true });
  });

  test("without a lead or a turn nobody is asked again", async () => {
    const { server, asked, run } = await electionScene();
    for (const number of [2, 3]) server(number).acquire = async () => HELD;
    expect(await run()).toMatchObject({ why: "held" });
    expect(asked()).toEqual([1, 1, 1]);
  });
});

describe("round two", () => {
  /** Members that grant these tokens. */
  async function granting(...tokens: readonly bigint[]) {
    const made = await electionScene(tokens.length);
    for (const [index, fencingToken] of tokens.entries()) {
      made.server(index + 1).acquire = async () => ({
        ...FREE,
        fencingToken,
        state: `of ${fencingToken}`,
      });
    }
    return made;
  }

  test("raises those below the largest token, each with its own state, by renewals of the holder", async () => {
    const { server, servers, run } = await granting(5n, 9n, 7n);
    server(3).acquire = () => Promise.reject(REFUSED);
    expect(await run()).toMatchObject({ fencingToken: 9n, state: "9" });
    const { name, holderId, ttlMs } = REQUEST;
    expect(servers.map(({ renewals }) => renewals)).toStrictEqual([
      [{ name, holderId, ttlMs, raiseFenceTo: 9n, state: "of 5" }],
      [],
      [],
    ]);
  });

  test("has no state to send where the grant had none", async () => {
    const { server, run } = await granting(5n, 9n);
    server(1).acquire = async () => ({ ...FREE, fencingToken: 5n });
    await run();
    expect(server(1).renewals.map((request) => "state" in request)).toEqual([false]);
  });

  test("counts the validity that a renewal proved for the member that it raised", async () => {
    const { server, run } = await granting(5n, 9n);
    server(1).renew = async () => raised(9n, { sentAtMs: 0, validMs: 8_000 });
    expect(await run()).toMatchObject({ sentAtMs: 0, validMs: 8_000 });
  });

  test("has the members' full time, from when it began", async () => {
    for (const [lateMs, isGranted] of [
      [499, true],
      [500, false],
    ] as const) {
      const { clock, server, run } = await granting(5n, 9n);
      const [second, confirmation] = [later<typeof FREE>(), later<ReturnType<typeof raised>>()];
      server(2).acquire = () => second.promise;
      server(1).renew = () => confirmation.promise;
      const answer = run();
      await clock.advance(300);
      second.resolve({ ...FREE, fencingToken: 9n });
      await clock.advance(lateMs);
      confirmation.resolve(raised(9n));
      expect((await answer).granted).toBe(isGranted);
    }
  });

  test("asks a copy of a granted request for the token that the lease has", async () => {
    const { hold, servers, run } = await granting(5n, 5n, 5n);
    hold.token = 6n;
    expect(await run()).toMatchObject({ granted: true, fencingToken: 6n });
    expect(servers.map(({ renewals }) => renewals.length)).toEqual([1, 1, 1]);
  });
});

test("an attempt that cannot be won any more is made good: plain where granted, in doubt where unknown", async () => {
  const { clock, server, run, releases } = await electionScene(5);
  server(1).acquire = async () => FREE;
  server(2).acquire = () => Promise.reject(RESET);
  server(3).acquire = () => Promise.reject(REFUSED);
  server(4).acquire = async () => HELD;
  server(5).acquire = () => new Promise(() => undefined);
  expect(await run()).toMatchObject({ granted: false, why: "held", outcome: "unknown" });
  await clock.advance(0);
  expect(releases()).toEqual([[false], [true], [], [], []]);
  // Whoever had no time to answer is heard first.
  await clock.advance(500);
  expect(releases()[4]).toEqual([true]);
});
