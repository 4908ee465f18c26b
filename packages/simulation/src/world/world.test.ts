import { describe, expect, test } from "vitest";
import { Channel } from "./channel.ts";
import type { ClockTraits } from "./host-clock.ts";
import { NS_PER_MS, nsOf } from "./nanoseconds.ts";
import { RandomStream } from "./random-stream.ts";
import { World } from "./world.ts";

const TRAITS: ClockTraits = {
  rate: 1,
  monotonicOriginMs: 0,
  bootOriginMs: 0,
  wallOriginMs: 0,
};
const DELAY = { msMin: 1, msMax: 1, spikeChance: 0, spikeMsMax: 0 };
/** Timers of the simulated machines are so much early or late at most. */
const TIMER_MS_MAX = 4;

async function run(world: World, untilMs = 10_000): Promise<void> {
  let isPast = false;
  world.scheduler.at(nsOf(untilMs), () => {
    isPast = true;
  });
  await world.run({
    isOver: () => isPast,
    settled: () => undefined,
    threw: (error) => {
      throw error;
    },
  });
}

describe("the scheduler", () => {
  test("runs events in the order of time, and everything that follows from one before the next", async () => {
    const world = new World(1);
    const seen: string[] = [];
    const deep = async (): Promise<void> => {
      for (let step = 0; step < 200; step += 1) await undefined;
      seen.push(`deep ${world.nowNs}`);
    };
    world.scheduler.at(30, () => seen.push(`late ${world.nowNs}`));
    world.scheduler.at(10, () => {
      seen.push(`early ${world.nowNs}`);
      void deep();
      world.scheduler.after(5, () => seen.push(`next ${world.nowNs}`));
    });
    await run(world, 1);
    expect(seen).toEqual(["early 10", "deep 10", "next 15", "late 30"]);
  });

  test("orders what is due at once by the seed", async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const world = new World(seed);
      const seen: number[] = [];
      for (let each = 0; each < 10; each += 1) world.scheduler.at(5, () => seen.push(each));
      await run(world, 1);
      return seen.join();
    };
    expect(await orderOf(1)).toBe(await orderOf(1));
    expect(await orderOf(2)).not.toBe(await orderOf(1));
  });

  test("does not run what was cancelled", async () => {
    const world = new World(1);
    const seen: string[] = [];
    const cancelled = world.scheduler.at(10, () => seen.push("cancelled"));
    world.scheduler.at(5, () => {
      cancelled.isCancelled = true;
    });
    await run(world, 1);
    expect(seen).toEqual([]);
  });
});

describe("the clocks of a machine", () => {
  test("run at its own rate", async () => {
    const world = new World(1);
    const host = world.addHost("h", { ...TRAITS, rate: 1.01, bootOriginMs: 7 });
    await run(world, 1_000);
    expect(host.clock.monotonicMs()).toBeCloseTo(1_010);
    expect(host.clock.bootMs()).toBeCloseTo(1_017);
  });

  test("stand still in sleep, but for boot and wall", async () => {
    const world = new World(1);
    const host = world.addHost("h", TRAITS);
    let firedMs = 0;
    host.clock.setTimer(300, () => {
      firedMs = world.nowNs / NS_PER_MS;
    });
    world.scheduler.at(nsOf(100), () => host.sleep());
    world.scheduler.at(nsOf(600), () => host.wakeUp());
    await run(world, 2_000);
    expect(host.clock.monotonicMs()).toBeCloseTo(1_500);
    expect(host.clock.bootMs()).toBeCloseTo(2_000);
    expect(host.clock.wallMs()).toBeCloseTo(2_000);
    expect(Math.abs(firedMs - 800)).toBeLessThan(TIMER_MS_MAX);
  });

  test("fire timers about when they are due, and never one that was cancelled", async () => {
    const world = new World(1);
    const host = world.addHost("h", TRAITS);
    const late: number[] = [];
    for (let each = 1; each <= 500; each += 1) {
      host.clock.setTimer(each, () => late.push(world.nowNs / NS_PER_MS - each));
    }
    host.clock.setTimer(5, () => late.push(Number.NaN)).cancel();
    await run(world, 1_000);
    expect(late).toHaveLength(500);
    expect(Math.min(...late)).toBeGreaterThan(-1.001);
    expect(Math.max(...late)).toBeLessThan(TIMER_MS_MAX);
    expect(host.clock.pendingTimers).toBe(0);
  });
});

describe("a machine", () => {
  test("does what came in a pause when it goes on, one by one", async () => {
    const world = new World(1);
    const host = world.addHost("h", TRAITS);
    const seen: number[] = [];
    host.pause();
    for (let each = 0; each < 3; each += 1) {
      host.receive("message", () => seen.push(world.nowNs / NS_PER_MS));
    }
    world.scheduler.at(nsOf(50), () => host.resume());
    await run(world, 100);
    expect(seen).toHaveLength(3);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(50);
    expect(new Set(seen).size).toBe(3);
  });

  test("sees time pass in a stall, and the others do not wait for it", async () => {
    const world = new World(1);
    const host = world.addHost("h", TRAITS);
    const seen: string[] = [];
    world.scheduler.at(nsOf(10), () =>
      host.receive("message", () => {
        host.stall(nsOf(40));
        seen.push(`stalled until ${host.clock.monotonicMs()}`);
      }),
    );
    world.scheduler.at(nsOf(20), () => {
      seen.push(`elsewhere at ${world.nowNs / NS_PER_MS}`);
      host.receive("message", () => seen.push(`served at ${world.nowNs / NS_PER_MS}`));
    });
    await run(world, 100);
    expect(seen).toEqual(["stalled until 50", "elsewhere at 20", "served at 50"]);
  });

  test("is reached by nothing when it is dead", async () => {
    const world = new World(1);
    const host = world.addHost("h", TRAITS);
    const seen: string[] = [];
    host.clock.setTimer(10, () => seen.push("timer"));
    host.die();
    host.receive("message", () => seen.push("message"));
    await run(world, 100);
    expect(seen).toEqual([]);
  });
});

describe("one direction of a connection", () => {
  function sending(): { world: World; seen: string[]; channel: Channel<string>; link: Linked } {
    const world = new World(1);
    const [client, server] = [world.addHost("c", TRAITS), world.addHost("s", TRAITS)];
    const link = world.link(client, server, DELAY);
    const seen: string[] = [];
    const { scheduler } = world;
    const deliver = (message: string): void =>
      void seen.push(`${message} ${Math.floor(world.nowNs / NS_PER_MS)}`);
    const channel = new Channel<string>({ scheduler, link, direction: "toServer", deliver });
    return { world, seen, channel, link };
  }
  type Linked = ReturnType<World["link"]>;

  test("delivers in order, after the delay", async () => {
    const { world, seen, channel } = sending();
    channel.send("a", 0);
    channel.send("b", 0);
    await run(world, 100);
    expect(seen).toEqual(["a 1", "b 1"]);
  });

  test("keeps what is sent while it is blocked, and delivers it then", async () => {
    const { world, seen, channel, link } = sending();
    const open = link.block("toServer");
    channel.send("a", 0);
    world.scheduler.at(nsOf(50), open);
    await run(world, 100);
    expect(seen).toEqual(["a 51"]);
  });

  test("loses the end of what is on its way when it is cut", async () => {
    const { world, seen, channel } = sending();
    for (const message of ["a", "b", "c"]) channel.send(message, 0);
    channel.cut(1);
    channel.send("d", 0);
    await run(world, 100);
    expect(seen).toEqual(["a 1"]);
  });
});

test("streams of one seed do not follow each other", () => {
  const draw = (subsystem: string): string => {
    const random = new RandomStream(1, subsystem);
    return Array.from({ length: 5 }, () => random.integer(0, 99)).join();
  };
  expect(draw("a")).toBe(draw("a"));
  expect(draw("b")).not.toBe(draw("a"));
  expect(new RandomStream(1, "a").holderId()).toMatch(/^[\w-]{22}$/);
});
