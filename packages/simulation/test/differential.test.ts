import { ACQUIRE, evalInFull } from "@holdfast/redis/scripts";
import { type RedisServer, startRedis } from "@holdfast/test-servers";
import { assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SimulatedRedis } from "../src/redis/simulated-redis.ts";
import { steps } from "./differential/steps.ts";
import { difference } from "./differential/two-servers.ts";

type RealClient = Awaited<ReturnType<RedisServer["connect"]>>;

const EXPIRY_ROUNDS = 20;
const EXPIRY_MS = 12;
const ABSENT = -2;
const RUNS = 1_500;

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server.stop();
});

describe("the simulated server", () => {
  test("answers and keeps what a real one does, whatever is done to both", async () => {
    await using client = await server.connect();
    const property = asyncProperty(steps, async (sequence) => {
      expect(await difference(client, sequence)).toBe(undefined);
    });
    await assert(property, { numRuns: RUNS });
  }, 120_000);

  test("reads the clock as TIME tells it", async () => {
    await using client = await server.connect();
    const script = await client.command("SCRIPT", "LOAD", ACQUIRE.text);
    const keys = ["5", "lock", "fence", "none", "queue", "waiters"];
    const acquire = ["EVALSHA", String(script), ...keys, "h:", "10000", ":0:"];
    await client.command("FLUSHALL");
    const replies = await pipelined(client, [["TIME"], acquire, ["TIME"]]);
    const [beforeUs, afterUs] = [microsOf(replies[0]), microsOf(replies[2])];
    const tokenUs = Number(String(replies[1]));
    expect(tokenUs).toBeGreaterThanOrEqual(beforeUs);
    expect(tokenUs).toBeLessThanOrEqual(afterUs);
    const simulated = new SimulatedRedis({ nowUs: () => tokenUs, runId: "run" });
    expect(simulated.execute(evalInFull(ACQUIRE, ...acquire.slice(2)))).toBe(replies[1]);
  });

  test("lets a key end in the same millisecond", async () => {
    await using client = await server.connect();
    const compared: unknown[] = [];
    for (let round = 0; round < EXPIRY_ROUNDS; round += 1) {
      compared.push(...(await compareExpiry(client)));
    }
    expect(compared.length).toBeGreaterThan(EXPIRY_ROUNDS);
    expect(compared).toContain(0);
  });

  test("tells its run_id and uptime in the words of a real one", async () => {
    const simulated = new SimulatedRedis({ nowUs: () => 0, runId: "run" });
    const words = String(simulated.execute(["INFO", "server"])).matchAll(/^\w+(?=:)/gm);
    const real = String(await server.command("INFO", "server"));
    for (const [word] of words) expect(real).toMatch(new RegExp(`^${word}:\\w+\\r$`, "m"));
  });
});

/**
 * Looks at a key as often as the connection allows until it has ended. Returns the PTTLs that were compared:
 * the ones for which the millisecond is known.
 */
async function compareExpiry(client: RealClient): Promise<readonly unknown[]> {
  const set = ["SET", "key", "value", "PX", String(EXPIRY_MS)];
  const made = await timed(client, set);
  if (made.atMs === undefined) return [];
  let nowUs = made.atMs * 1_000;
  const simulated = new SimulatedRedis({ nowUs: () => nowUs, runId: "run" });
  simulated.execute(set);
  const compared: unknown[] = [];
  for (let isLeft = true; isLeft; ) {
    const { atMs, reply } = await timed(client, ["PTTL", "key"]);
    isLeft = reply !== ABSENT;
    if (atMs === undefined) continue;
    nowUs = atMs * 1_000;
    expect(simulated.execute(["PTTL", "key"])).toBe(reply);
    compared.push(reply);
  }
  return compared;
}

/** Sends all at once, so that nothing of others comes between them for long. */
function pipelined(client: RealClient, commands: readonly string[][]): Promise<readonly unknown[]> {
  return Promise.all(commands.map((command) => client.command(...command)));
}

/** One command and the millisecond of the server's clock in which it ran; undefined when it may be two. */
async function timed(
  client: RealClient,
  command: string[],
): Promise<{ atMs: number | undefined; reply: unknown }> {
  const [before, reply, after] = await pipelined(client, [["TIME"], command, ["TIME"]]);
  const [beforeMs, afterMs] = [before, after].map((time) => Math.floor(microsOf(time) / 1_000));
  return { atMs: beforeMs === afterMs ? beforeMs : undefined, reply };
}

function microsOf(time: unknown): number {
  const [seconds, micros] = time as string[];
  return Number(seconds) * 1_000_000 + Number(micros);
}
