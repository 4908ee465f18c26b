import { manualClock } from "@holdfast/core";
import { type RedisServer, startRedis } from "@holdfast/test-servers";
import { Redis } from "ioredis";
import { Redis as Ioredis5 } from "ioredis5";
import { Mutex } from "redis-semaphore";
import Redlock, { ExecutionError } from "redlock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { type AnyRedis, giveBack, request, take } from "./requests.ts";

/** Where `redis({ client })` keeps the lock "a": what a foreign client calls its key. */
const KEY = "holdfast:{a}";

let server: RedisServer;
let client: Ioredis5;
let provider: AnyRedis;

beforeAll(async () => {
  server = await startRedis();
  client = new Ioredis5({ host: server.host, port: server.port });
  provider = redis({ client });
});

afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  client.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await server.command("FLUSHALL");
});

describe("the canonical pattern, by a raw client", () => {
  test("SET NX PX excludes us, and tells us for how long", async () => {
    expect(await server.command("SET", KEY, "somebody", "NX", "PX", 5_000)).toBe("OK");
    const refusal = await provider.tryAcquire(request("a"));
    expect(refusal).toMatchObject({ granted: false, why: "held" });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(4_000);
  });

  test("a lock without expiry refuses us without a hint", async () => {
    await server.command("SET", KEY, "somebody");
    expect(await provider.tryAcquire(request("a"))).toEqual({ granted: false, why: "held" });
    const state = await provider.inspect("a");
    expect(state).toEqual({ name: "a", held: true, incarnation: state.incarnation, waiters: 0 });
    expect(await provider.breakLock("a", { incarnation: state.incarnation ?? "" })).toBe(true);
  });

  test("we exclude SET NX PX, and our value is opaque to its compare-and-delete", async () => {
    const grant = await take(provider, request("a"));
    expect(await server.command("SET", KEY, "somebody", "NX", "PX", 5_000)).toBeNull();
    const compareAndDelete =
      "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) end return 0";
    expect(await server.command("EVAL", compareAndDelete, 1, KEY, "somebody")).toBe(0);
    expect(await giveBack(provider, grant)).toBe("released");
    expect(await server.command("SET", KEY, "somebody", "NX", "PX", 5_000)).toBe("OK");
  });

  test("a foreign lock is not ours to release or renew, whatever its value", async () => {
    const asked = request("a");
    for (const value of ["somebody", asked.holderId, `x${asked.holderId}:1:2:`]) {
      await server.command("SET", KEY, value, "PX", 5_000);
      expect(await provider.release({ ...asked, inDoubt: false })).toBe("absent");
      expect((await provider.renew([asked]))[0]).toEqual({ status: "lost", why: "taken" });
      expect(await server.command("GET", KEY)).toBe(value);
    }
  });
});

describe("inspecting a foreign lock", () => {
  test.each([
    "word:1:2:text",
    "word::1234567890123",
    "word:1:12345678901234:text",
    "a b:1:1234567890123:",
  ])("%s is no value of ours: held, and nothing of it is shown", async (value) => {
    await server.command("SET", KEY, value);
    const state = await provider.inspect("a");
    expect(state).toEqual({ name: "a", held: true, incarnation: state.incarnation, waiters: 0 });
    await server.command("SET", KEY, `${value} of another`);
    expect(await provider.breakLock("a", { incarnation: state.incarnation ?? "" })).toBe(false);
  });

  test("a clock that is far behind still writes what is recognised as ours", async () => {
    const clock = manualClock({ wallMs: 5 });
    const late = redis({ client, clock });
    const grant = await take(late, request("a", { description: "text" }));
    expect(await provider.inspect("a")).toMatchObject({ sinceMs: 5, description: "text" });
    await giveBack(late, grant);
    await late[Symbol.asyncDispose]();
  });
});

describe("redis-semaphore", () => {
  const mutex = (): Mutex =>
    // It prefixes its keys with "mutex:", so our prefix is what makes the keys meet.
    new Mutex(itsClient, "{a}", {
      acquireTimeout: 100,
      acquireAttemptsLimit: 1,
      lockTimeout: 5_000,
    });
  let itsClient: Redis;
  let meeting: AnyRedis;

  beforeAll(() => {
    itsClient = new Redis({ host: server.host, port: server.port });
    meeting = redis({ client: itsClient, prefix: "mutex:" });
  });

  afterAll(async () => {
    await meeting[Symbol.asyncDispose]();
    itsClient.disconnect();
  });

  test("its lock excludes us until it is released", async () => {
    const foreign = mutex();
    expect(await foreign.tryAcquire()).toBe(true);
    expect(await meeting.tryAcquire(request("a"))).toMatchObject({ granted: false });
    await foreign.release();
    await giveBack(meeting, await take(meeting, request("a")));
  });

  test("our lock excludes it, and it cannot release ours", async () => {
    const grant = await take(meeting, request("a"));
    const foreign = mutex();
    expect(await foreign.tryAcquire()).toBe(false);
    await foreign.release();
    expect((await meeting.renew([grant]))[0]?.status).toBe("renewed");
    await giveBack(meeting, grant);
    expect(await foreign.tryAcquire()).toBe(true);
    await foreign.release();
  });
});

describe("redlock", () => {
  test("its lock excludes us until it is released, and ours excludes it", async () => {
    // Its types know only the ioredis that it was built with; it calls nothing but eval and evalsha.
    const clients = [client] as unknown as ConstructorParameters<typeof Redlock>[0];
    const redlock = new Redlock(clients, { retryCount: 0 });
    redlock.on("error", () => {});
    const foreign = await redlock.acquire([KEY], 5_000);
    expect(await provider.tryAcquire(request("a"))).toMatchObject({ granted: false });
    await foreign.release();
    const grant = await take(provider, request("a"));
    await expect(redlock.acquire([KEY], 5_000)).rejects.toThrow(ExecutionError);
    expect((await provider.renew([grant]))[0]?.status).toBe("renewed");
    await giveBack(provider, grant);
    await (await redlock.acquire([KEY], 5_000)).release();
  });
});
