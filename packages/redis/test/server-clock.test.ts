import { createLocks } from "@holdfast/core";
import {
  clockShim,
  ensureServers,
  type RedisServer,
  ServerClock,
  serverCapabilities,
  startRedis,
} from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";

const HOUR_MS = 3_600_000;
const TTL_MS = 60_000;

const [found] = await ensureServers(["redis"]);
const shim = clockShim();
const hasClock = found?.available === true && serverCapabilities(found.source).clock;
const canRun = hasClock && shim.available;
const without = canRun ? "" : " (skipped: no C compiler, or no server of this machine)";

describe.runIf(canRun)(`the clock of the server jumps${without}`, () => {
  let server: RedisServer;
  let clock: ServerClock;

  beforeAll(async () => {
    clock = new ServerClock();
    server = await startRedis({ clock });
  });

  afterAll(async () => {
    await server.stop();
    clock[Symbol.dispose]();
  });

  test("forward: the lock ends early, the next token is larger, and the holder is told by a renewal", async () => {
    await using locks = createLocks({ provider: redis({ url: server.url }), ttlMs: TTL_MS });
    await using others = createLocks({ provider: redis({ url: server.url }), ttlMs: TTL_MS });
    const held = await locks.acquire("a");
    clock.jump(HOUR_MS);
    const next = await others.acquire("a", { waitMs: 0 });
    expect(next.fencingToken).toBeGreaterThan(held.fencingToken);
    await expect(held.renew()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(held.signal.aborted).toBe(true);
    await next.release();
  });

  test("back: the lock stays, its holder renews and releases it, and tokens rise on", async () => {
    await using locks = createLocks({ provider: redis({ url: server.url }), ttlMs: TTL_MS });
    await using others = createLocks({ provider: redis({ url: server.url }), ttlMs: TTL_MS });
    const held = await locks.acquire("a");
    clock.jump(-2 * HOUR_MS);
    expect(Number(await server.command("PTTL", "holdfast:{a}"))).toBeGreaterThan(HOUR_MS);
    expect(await others.tryAcquire("a")).toBeUndefined();

    await held.renew();
    expect(Number(await server.command("PTTL", "holdfast:{a}"))).toBeLessThanOrEqual(TTL_MS);
    await held.release();
    let last = held.fencingToken;
    for (let count = 1; count <= 3; count += 1) {
      const lease = await others.acquire("a");
      expect(lease.fencingToken).toBeGreaterThan(last);
      last = lease.fencingToken;
      await lease.release();
    }
  });
});
