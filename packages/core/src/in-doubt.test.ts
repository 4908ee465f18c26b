import { describe, expect, test } from "vitest";
import { Elapsed } from "./elapsed.ts";
import { InDoubt } from "./in-doubt.ts";
import { manualClock } from "./manual-clock.ts";
import type { ReleaseOutcome, ReleaseRequest, Reply } from "./provider.ts";
import { Releaser } from "./releaser.ts";

function scene(fraction = 0) {
  const clock = manualClock();
  const tries: [number, boolean][] = [];
  const reply: { give: (request: ReleaseRequest) => Reply<ReleaseOutcome> } = {
    give: () => "unknown",
  };
  const provider = {
    name: "scripted",
    release(request: ReleaseRequest) {
      tries.push([clock.monotonicMs(), request.inDoubt]);
      return reply.give(request);
    },
  };
  const releaser = new Releaser({ provider, clock, releaseTimeoutMs: 400 });
  const random = { holderId: () => "", fraction: () => fraction };
  const elapsed = new Elapsed(clock);
  const inDoubt = new InDoubt({ provider, clock, elapsed, random }, releaser);
  return { clock, tries, reply, inDoubt };
}

function request(name: string, inDoubt = true, ttlMs = 100): ReleaseRequest {
  return { name, holderId: `holder of ${name}`, ttlMs, inDoubt };
}

describe("an unknown outcome", () => {
  test("is asked for again after growing delays until it is answered", async () => {
    const { clock, tries, reply, inDoubt } = scene(0.5);
    const outcome = inDoubt.release(request("a", true, 1_000));
    expect([inDoubt.size, inDoubt.unknownCount, inDoubt.names()]).toEqual([1, 1, ["a"]]);
    await clock.advance(60);
    reply.give = () => "released";
    await clock.advance(1_000);
    expect(await outcome).toBe("released");
    // 10 and half of what is between that and thrice the delay before.
    expect(tries.map(([atMs]) => atMs)).toEqual([0, 20, 55, 112.5]);
    expect([inDoubt.size, inDoubt.unknownCount, inDoubt.names()]).toEqual([0, 0, []]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is asked for once a second at least", async () => {
    const { clock, tries, inDoubt } = scene(0.999);
    void inDoubt.release(request("a", true, 60_000));
    await clock.advance(20_000);
    const gaps = tries.map(([atMs], index) => atMs - (tries[index - 1]?.[0] ?? 0));
    expect(Math.max(...gaps)).toBeCloseTo(1_000);
    inDoubt.stop();
  });

  test("is given up when its ttl has passed, and not before", async () => {
    const { clock, tries, inDoubt } = scene();
    let outcome: ReleaseOutcome | undefined;
    void inDoubt.release(request("a")).then((said) => {
      outcome = said;
    });
    await clock.advance(99);
    expect(outcome).toBeUndefined();
    await clock.advance(1);
    expect(outcome).toBe("unknown");
    expect(tries.map(([atMs]) => atMs)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  });

  test("of a plain release is one from its answer on, and asked for in doubt then", async () => {
    const { clock, tries, reply, inDoubt } = scene();
    const outcome = inDoubt.release(request("a", false));
    expect([inDoubt.size, inDoubt.unknownCount]).toEqual([1, 0]);
    await clock.advance(0);
    expect(inDoubt.unknownCount).toBe(1);
    reply.give = () => "absent";
    await clock.advance(10);
    expect(await outcome).toBe("absent");
    expect(tries).toEqual([
      [0, false],
      [10, true],
    ]);
    expect([inDoubt.size, inDoubt.unknownCount]).toEqual([0, 0]);
  });

  test("is none where the plain release is answered", async () => {
    const { tries, reply, inDoubt } = scene();
    reply.give = () => Promise.resolve<ReleaseOutcome>("released");
    expect(await inDoubt.release(request("a", false))).toBe("released");
    expect([tries.length, inDoubt.size, inDoubt.unknownCount]).toEqual([1, 0, 0]);
  });
});

describe("all of them", () => {
  test("are known by name, each once", () => {
    const { inDoubt } = scene();
    for (const name of ["a", "b", "a"]) void inDoubt.release(request(name));
    expect([inDoubt.size, inDoubt.names()]).toEqual([3, ["a", "b"]]);
    inDoubt.stop();
  });

  test("are drained when the last is answered, or at once where there is none", async () => {
    const { clock, reply, inDoubt } = scene();
    await inDoubt.drained();
    reply.give = ({ name }) => (name === "a" ? "released" : "unknown");
    void inDoubt.release(request("a"));
    void inDoubt.release(request("b"));
    let drained = 0;
    for (let count = 0; count < 2; count += 1) void inDoubt.drained().then(() => (drained += 1));
    await clock.advance(50);
    expect(drained).toBe(0);
    reply.give = () => "released";
    await clock.advance(50);
    expect(drained).toBe(2);
  });

  test("end with a stop, unknown, and none is asked for again", async () => {
    const { clock, tries, inDoubt } = scene();
    const outcomes = ["a", "b"].map((name) => inDoubt.release(request(name)));
    await clock.advance(5);
    inDoubt.stop();
    expect(await Promise.all(outcomes)).toEqual(["unknown", "unknown"]);
    expect([inDoubt.size, inDoubt.unknownCount, clock.pendingTimers]).toEqual([0, 0, 0]);
    await clock.advance(1_000);
    expect(tries).toHaveLength(2);
    // What comes after is tried once.
    expect(await inDoubt.release(request("c"))).toBe("unknown");
    expect([tries.length, clock.pendingTimers]).toEqual([3, 0]);
  });

  test("that are answered after the stop are left as they are", async () => {
    const { clock, reply, inDoubt } = scene();
    let answer: (outcome: ReleaseOutcome) => void = () => undefined;
    reply.give = () => new Promise((resolve) => (answer = resolve));
    const outcome = inDoubt.release(request("a"));
    inDoubt.stop();
    answer("released");
    await clock.advance(0);
    expect([await outcome, inDoubt.unknownCount]).toEqual(["unknown", 0]);
  });
});
