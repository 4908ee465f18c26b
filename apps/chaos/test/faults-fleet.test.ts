import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FileRecorder, type HistoryEvent, hostClock, readHistory } from "@holdfast/history";
import { ensureServers, type RedisServer, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// The built one: workers are programs of their own.
import { ProcessFleet } from "../dist/run/process-fleet.js";
import { faults } from "../src/faults.ts";
import type { Ground } from "../src/ground.ts";
import { redisGround } from "../src/grounds/redis.ts";
import { ResourceServer } from "../src/resource/resource-server.ts";
import { StrongestStream } from "./strongest-stream.ts";

const TIMEOUT_MS = 60_000;
const TTL_MS = 500;
const NAMES = ["orders", "reports"];
/** So many that nobody waits: who was in the queue is granted with the server's time, not with its own. */
const MANY_NAMES = Array.from({ length: 100 }, (_, index) => `order-${index}`);
/** Which one is hit when the strongest stream draws; the names of processes count from 1. */
const VICTIM = "w2";
const NS_PER_MS = 1e6;
/** Of what a lock's key holds, between colons. */
const SINCE = 2;

const [found] = await ensureServers(["redis"]);
if (found?.available === false) process.stderr.write(`${found.explanation}\n`);

describe.runIf(found?.available)("faults on processes", () => {
  const clock = hostClock({});
  let folder: string;
  let ground: Ground;
  let resource: ResourceServer;
  let recorder: FileRecorder;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "holdfast-chaos-"));
    ground = await redisGround.start();
    resource = await ResourceServer.start(path.join(folder, "resource.sock"));
    recorder = new FileRecorder(path.join(folder, "chaos.jsonl"), clock.nowNs);
  }, TIMEOUT_MS);

  afterAll(async () => {
    recorder[Symbol.dispose]();
    await resource[Symbol.asyncDispose]();
    await ground[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, TIMEOUT_MS);

  const server = (): RedisServer => ground.members[0]?.server as RedisServer;

  /** Two processes that take locks by turns. */
  async function withFleet(
    prefix: string,
    use: (fleet: ProcessFleet, fault: string) => Promise<void>,
    names: readonly string[] = NAMES,
  ): Promise<void> {
    const fleet = new ProcessFleet({
      size: 2,
      planOf: (process) => ({
        ...{ process: `${prefix}/${process}`, role: "work", subject: "holdfast" },
        ...{ backend: "redis", urls: ground.urls, seed: 1, clientCount: 2, threadCount: 8 },
        ...{ names, ttlsMs: [TTL_MS], probeWaitMs: TIMEOUT_MS },
        resourcePath: path.join(folder, "resource.sock"),
        historyFile: path.join(folder, `${prefix}-${process}.jsonl`),
      }),
      env: clock.env,
      recorder,
      signal: new AbortController().signal,
      // Whether the library under test is right is not looked at here.
      blame: () => {},
    });
    try {
      await fleet.ready();
      await until("everybody has worked", async () => (await eventsOf(prefix, VICTIM)).length > 20);
      await use(fleet, prefix);
    } finally {
      await fleet.close();
    }
  }

  async function eventsOf(prefix: string, process: string): Promise<readonly HistoryEvent[]> {
    return await readHistory([path.join(folder, `${prefix}-${process}.jsonl`)]).catch(() => []);
  }

  /** With `seen`, a fault that lasts a while lasts until that. */
  async function inflict(
    id: string,
    fleet: ProcessFleet,
    seen?: () => Promise<void>,
  ): Promise<void> {
    const fault = faults.find((one) => one.id === id);
    if (fault === undefined) throw new Error(`there is no fault ${id}`);
    expect(fault.appliesTo(ground)).toBe(true);
    await fault.inflict({
      ground,
      fleet,
      ttlMsMax: TTL_MS,
      random: new StrongestStream(),
      signal: new AbortController().signal,
      sleep: async (ms) => void (await (seen?.() ?? sleep(ms))),
      note: () => {},
    });
  }

  async function longestGapMs(prefix: string): Promise<number> {
    const events = await eventsOf(prefix, VICTIM);
    const gaps = events.slice(1).map(({ atNs }, index) => atNs - (events[index]?.atNs ?? atNs));
    return Math.max(...gaps) / NS_PER_MS;
  }

  test("each kind is looked at here", () => {
    const ids = faults.filter(({ side }) => side === "fleet").map(({ id }) => id);
    expect(ids).toEqual([
      "worker-killed",
      "worker-terminated",
      "worker-paused",
      "worker-stalled",
      "worker-clock-shifted",
      "worker-suspended",
      "acquires-aborted",
      "crowd-gathered",
    ]);
  });

  test.each(["worker-killed", "worker-terminated"])(
    "%s ends a process, and another takes its place",
    async (id) => {
      await withFleet(id, async (fleet, prefix) => {
        await inflict(id, fleet);
        await until("the next one works", async () => (await eventsOf(prefix, "w3")).length > 20);
        expect(fleet.startCount).toBe(3);
        const [next] = await eventsOf(prefix, "w3");
        const last = (await eventsOf(prefix, VICTIM)).at(-1);
        expect(last?.atNs).toBeLessThan(next?.atNs ?? 0);
      });
    },
    TIMEOUT_MS,
  );

  test.each([
    ["worker-paused", 2],
    ["worker-stalled", 1.5],
  ])(
    "%s makes a process stand still, and it goes on",
    async (id, ttls) => {
      await withFleet(id, async (fleet, prefix) => {
        await inflict(id, fleet);
        const events = await eventsOf(prefix, VICTIM);
        await until("it goes on", async () => {
          return (await eventsOf(prefix, VICTIM)).length > events.length + 20;
        });
        expect(await longestGapMs(prefix)).toBeGreaterThan(0.9 * ttls * TTL_MS);
        expect(fleet.startCount).toBe(2);
      });
    },
    TIMEOUT_MS,
  );

  test(
    "worker-clock-shifted moves the time that a holder writes into its lock",
    async () => {
      await withFleet(
        "worker-clock-shifted",
        async (fleet) => {
          const isAhead = async (): Promise<boolean> => {
            const values = (await server().command("MGET", ...MANY_NAMES.map(keyOf))) as unknown[];
            const since = values.map((value) => Number(String(value).split(":")[SINCE]));
            return since.some((ms) => ms - Date.now() > 3_500_000);
          };
          await inflict("worker-clock-shifted", fleet, () => {
            return until("a lock was taken about an hour ahead", isAhead);
          });
          await until("the next ones were not", async () => !(await isAhead()));
        },
        MANY_NAMES,
      );
    },
    TIMEOUT_MS,
  );

  test(
    "worker-suspended ends what a process holds, since its ttl has passed",
    async () => {
      await withFleet("worker-suspended", async (fleet, prefix) => {
        // Asleep all the time it would be granted nothing, since its requests outlast what they ask for.
        await until("it held a lock as the machine slept", async () => {
          await until("it holds one", async () => holdsOne(await eventsOf(prefix, VICTIM)));
          await inflict("worker-suspended", fleet);
          const events = await eventsOf(prefix, VICTIM);
          return events.some(({ operation }) => operation === "lost");
        });
      });
    },
    TIMEOUT_MS,
  );

  test(
    "acquires-aborted ends waits that nothing else would have ended",
    async () => {
      await withFleet("acquires-aborted", async (fleet, prefix) => {
        const takeAll = NAMES.flatMap((name) => [keyOf(name), "somebody else"]);
        await server().command("MSET", ...takeAll);
        await until("a long wait was aborted", async () => {
          const waitsLong = async (): Promise<boolean> => {
            return longWaits(await eventsOf(prefix, VICTIM), clock.nowNs()).open > 0;
          };
          await until("somebody waits for long", waitsLong);
          await inflict("acquires-aborted", fleet);
          return longWaits(await eventsOf(prefix, VICTIM), clock.nowNs()).aborted > 0;
        });
        await server().command("DEL", ...NAMES.map(keyOf));
      });
    },
    TIMEOUT_MS,
  );

  test(
    "crowd-gathered makes many ask for one lock at once, and all of them go",
    async () => {
      await withFleet("crowd-gathered", async (fleet, prefix) => {
        const [name = ""] = NAMES;
        await server().command("SET", keyOf(name), "somebody else");
        await inflict("crowd-gathered", fleet);
        await until("a crowd asks, and many of it give up", async () => {
          const events = await eventsOf(prefix, VICTIM);
          const crowd = largestCrowd(events, name);
          // Half of a hundred: the other half is in the other process.
          return crowd.size >= 50 && answersTo(crowd, events).length >= 30;
        });
        await server().command("DEL", keyOf(name));
        // With it those that wait for ever, as threads do.
        await until("everybody else has an answer too", async () => {
          const events = await eventsOf(prefix, VICTIM);
          const crowd = largestCrowd(events, name);
          return answersTo(crowd, events).length === crowd.size;
        });
        expect(fleet.startCount).toBe(2);
      });
    },
    TIMEOUT_MS,
  );
});

function grantsOf(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  return events.filter(({ operation, phase }) => operation === "acquire" && phase === "ok");
}

/** Whether a lock was granted that has not been given up since. */
function holdsOne(events: readonly HistoryEvent[]): boolean {
  const over = events.filter(({ operation }) => operation === "release" || operation === "lost");
  const ended = new Set(over.map(({ hold }) => hold));
  return grantsOf(events).some(({ hold }) => !ended.has(hold));
}

/** The acquires of a lock that were under way when most of them were. */
function largestCrowd(events: readonly HistoryEvent[], name: string): ReadonlySet<string> {
  const open = new Set<string>();
  let largest: ReadonlySet<string> = new Set();
  for (const { operation, phase, hold, ...event } of events) {
    if (operation !== "acquire" || event.name !== name) continue;
    if (phase === "invoke") open.add(hold);
    else open.delete(hold);
    if (open.size > largest.size) largest = new Set(open);
  }
  return largest;
}

function answersTo(
  holds: ReadonlySet<string>,
  events: readonly HistoryEvent[],
): readonly HistoryEvent[] {
  return events.filter(({ operation, phase, hold }) => {
    return operation === "acquire" && phase !== "invoke" && holds.has(hold);
  });
}

function keyOf(name: string): string {
  return `holdfast:{${name}}`;
}

/** Waits that nothing ends: a worker aborts by itself within a ttl, and those with an end have one within three. */
function longWaits(
  events: readonly HistoryEvent[],
  nowNs: number,
): { readonly open: number; readonly aborted: number } {
  const acquires = events.filter(({ operation }) => operation === "acquire");
  const ends = new Map(
    acquires.filter(({ phase }) => phase !== "invoke").map((event) => [event.hold, event]),
  );
  const isLong = ({ hold, atNs }: HistoryEvent): boolean =>
    (ends.get(hold)?.atNs ?? nowNs) - atNs > 3.5 * TTL_MS * NS_PER_MS;
  const long = acquires.filter(({ phase }) => phase === "invoke").filter(isLong);
  return {
    open: long.filter(({ hold }) => !ends.has(hold)).length,
    aborted: long.filter(({ hold }) => ends.get(hold)?.detail === "aborted").length,
  };
}
