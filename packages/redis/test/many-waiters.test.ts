import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisDriver, redis } from "../src/index.ts";
import { giveBack, request, take } from "./requests.ts";

const drivers: readonly RedisDriver[] = ["ioredis", "redis"];
/** `limits.waitersPerNameMax`, as it is by default. */
const WAITERS = 100_000;
/** As docs/hand-off.md says. */
const WAITER_BYTES_MAX = 512;
const TIMED_WAITER_BYTES_MAX = 1_024;
/** What the end of so many waits leaves, as code that was compiled and the numbers that were counted. */
const LEFT_BYTES_MAX = 50;
const KEY = "holdfast:{crowd}";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** A process of its own, so that its heap holds nothing but its waiters. */
class Crowd implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async start(driver: RedisDriver): Promise<Crowd> {
    const program = fileURLToPath(new URL("waiters-child.mjs", import.meta.url));
    const env = { WAITERS_URL: server.url, WAITERS_DRIVER: driver, WAITERS_NAME: "crowd" };
    const forked = fork(program, [], {
      env: { ...process.env, ...env },
      execArgv: ["--expose-gc", "--unhandled-rejections=strict"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(forked, "message");
    return new Crowd(forked);
  }

  async ask<Told>(command: string, options: object = {}): Promise<Told> {
    const answer = once(this.#process, "message");
    this.#process.send({ command, ...options });
    const [told] = await answer;
    return told as Told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }
}

/** Calls of scripts that the server has run since its statistics were reset. */
async function scriptCalls(): Promise<number> {
  const stats = String(await server.command("INFO", "commandstats"));
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

describe.each(drivers)("100,000 who wait for one lock in one process, through %s", (driver) => {
  test("G-12 cost bounded memory and one contender's commands, and one more is refused", async () => {
    await using crowd = await Crowd.start(driver);
    await using holder = redis({ url: server.url, driver, commandTimeoutMs: 10_000 });
    const held = await take(holder, request("crowd", { ttlMs: 120_000 }));
    // The first opens the connections and joins the queue for all.
    await crowd.ask("wait", { count: 1 });
    await until("it is in the queue", async () => Number(await queued()) === 1);
    const { bytes: beforeBytes } = await crowd.ask<{ bytes: number }>("heap");
    await server.command("CONFIG", "RESETSTAT");
    const startedMs = performance.now();
    const half = WAITERS / 2;
    const plain = await crowd.ask<{ bytes: number }>("wait", { count: half - 1 });
    const timed = await crowd.ask<{ bytes: number }>("wait", { count: half, waitMs: 600_000 });
    expect(plain.bytes / half).toBeLessThan(WAITER_BYTES_MAX);
    expect(timed.bytes / half).toBeLessThan(TIMED_WAITER_BYTES_MAX);
    const refused = await crowd.ask<{ code: string; message: string }>("oneMore");
    expect(refused.code).toBe("LIMIT_EXCEEDED");
    expect(refused.message).toContain("waitersPerNameMax");
    expect(await queued()).toBe(1);
    const heartbeats = 1 + Math.ceil((performance.now() - startedMs) / 1_000);
    expect(await scriptCalls()).toBeLessThanOrEqual(heartbeats);
    const closed = await crowd.ask<{ ends: object; leftBytes: number }>("close", { beforeBytes });
    expect(closed.ends).toEqual({ PROVIDER_CLOSED: WAITERS });
    expect(closed.leftBytes).toBeLessThan(WAITERS * LEFT_BYTES_MAX);
    expect(await server.command("EXISTS", `${KEY}:q`, `${KEY}:w`)).toBe(0);
    await giveBack(holder, held);
  }, 120_000);
});

async function queued(): Promise<unknown> {
  return await server.command("ZCARD", `${KEY}:q`);
}
