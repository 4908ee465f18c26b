import { createLocks, type Lease, LockError, type Locks } from "@holdfast/core";
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
  until,
} from "@holdfast/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type RedisDriver, redis } from "../src/index.ts";
import { HEARTBEAT, JOIN_QUEUE } from "../src/scripts.ts";
import { drivers } from "./drivers.ts";

const KEY = "holdfast:{a}";
/** A grant of which no message tells is found by a heartbeat, each second. */
const UNTOLD_MS = 1_000;
/** A connection that is gone is made anew, and what was in doubt is asked again. */
const RECONNECT_MS = 2_000;
/** Generous for a busy machine. */
const LATE_MS = 1_000;
/** How every pushed message begins, in both versions of the protocol. */
const MESSAGE = "$7\r\nmessage\r\n";
/** As all drivers spell the command. */
const SUBSCRIBE = "subscribe";
/** A queue that nobody touches is gone by then. */
const KEEP_MS = 12_000;
const TTL_MS = 10_000;

let server: RedisServer;
let proxy: FaultProxy;
let holder: Locks;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

beforeEach(async () => {
  await server.command("FLUSHALL");
  proxy = await startFaultProxy({ target: server });
  holder = createLocks({ provider: redis({ url: server.url }), localHandoffMax: 0 });
  await (await holder.acquire("warm")).release();
});

afterEach(async () => {
  await proxy.heal();
  for (const end of ends.splice(0)) await end();
  await holder.close();
  await proxy.close();
});

/** How somebody comes to connections to the server: all of these go through the proxy. */
interface Way {
  readonly name: string;
  open(): Promise<Locks>;
}

function byUrl(driver: RedisDriver): Way {
  return {
    name: `a url and ${driver}`,
    open: async () => {
      const provider = redis({ url: `redis://${proxy.host}:${proxy.port}`, driver });
      return await opened(createLocks({ provider, localHandoffMax: 0 }));
    },
  };
}

const byClient = drivers.map(
  (driver): Way => ({
    name: `a client of ${driver.name}`,
    open: async () => {
      const client = await driver.open(proxy);
      ends.push(async () => await client[Symbol.asyncDispose]());
      const provider = redis({ client: client.client });
      return await opened(createLocks({ provider, localHandoffMax: 0 }));
    },
  }),
);
const urls: readonly Way[] = [byUrl("ioredis"), byUrl("redis")];
const ways: readonly Way[] = [...urls, ...byClient];

async function opened(locks: Locks): Promise<Locks> {
  ends.unshift(() => locks.close());
  await (await locks.acquire("warm")).release();
  return locks;
}

async function isQueued(count: number): Promise<void> {
  await until(`${count} in the queue`, async () => {
    return (await server.command("ZCARD", `${KEY}:q`)) === count;
  });
}

/** Begins to wait for `a`; resolves when the server has its place. */
async function waitIn(
  locks: Locks,
  options: { waitMs?: number; signal?: AbortSignal } = {},
): Promise<{ readonly granted: Promise<Lease> }> {
  const before = Number(await server.command("ZCARD", `${KEY}:q`));
  const granted = locks.acquire("a", options);
  granted.catch(() => {});
  await isQueued(before + 1);
  return { granted };
}

/** Releases; how long it takes until that wait is granted. */
async function handOff(lease: Lease, granted: Promise<Lease>): Promise<number> {
  const releasedMs = performance.now();
  void lease.release();
  (await granted).assertValid();
  return performance.now() - releasedMs;
}

/** What is stored that is to expire by itself, with what is left of it; the fence counter is not. */
async function expiring(): Promise<ReadonlyMap<string, number>> {
  const keys = (await server.command("KEYS", "*")) as string[];
  const left = new Map<string, number>();
  for (const key of keys.filter((each) => each !== "holdfast:fence")) {
    left.set(key, Number(await server.command("PTTL", key)));
  }
  return left;
}

/** The holderId of the first in the queue. */
async function firstQueued(): Promise<unknown> {
  return ((await server.command("ZRANGE", `${KEY}:q`, 0, 0)) as unknown[])[0];
}

describe.each(urls)("waiting through $name alone", (way) => {
  test("G-07 outlives that its connection for commands is half open", async () => {
    const locks = await way.open();
    const held = await holder.acquire("a");
    const { granted } = await waitIn(locks);
    const place = await firstQueued();
    proxy.drop("to-server", HEARTBEAT.sha);
    await until("a heartbeat is lost", () => proxy.traffic("to-server").lostBytes > 0);
    // That connection stays deaf, and those that are made from now on are not.
    proxy.drop("to-server", "nothing that anybody sends");
    await until("it has a place anew", async () => {
      const first = await firstQueued();
      return first !== undefined && first !== place;
    });
    expect(await handOff(held, granted)).toBeLessThan(RECONNECT_MS + LATE_MS);
    await (await granted).release();
  });

  test("G-09 closes the connection for messages along with the other", async () => {
    const locks = await way.open();
    await holder.acquire("a");
    await waitIn(locks);
    expect(proxy.connections).toBe(2);
    await locks.close();
    await until("both are closed", () => proxy.connections === 0);
  });

  test("G-07 outlives a server that stands still for longer than a place lives", async () => {
    const locks = await way.open();
    const held = await holder.acquire("a");
    const { granted } = await waitIn(locks);
    await server.pause();
    const pausedMs = performance.now();
    await until("its place has died", () => performance.now() - pausedMs > 5_000);
    await server.resume();
    expect(await handOff(held, granted)).toBeLessThan(RECONNECT_MS + LATE_MS);
    await (await granted).release();
  });
});

describe.each(ways)("waiting through $name", (way) => {
  test.each(["normal", "pubsub", "normal and pubsub"])(
    "G-07 outlives that the server kills its connections: %s",
    async (types) => {
      const locks = await way.open();
      for (let round = 0; round < 2; round += 1) {
        const held = await holder.acquire("a");
        const { granted } = await waitIn(locks);
        for (const type of types.split(" and "))
          await server.command("CLIENT", "KILL", "TYPE", type);
        expect(await handOff(held, granted)).toBeLessThan(RECONNECT_MS + LATE_MS);
        await (await granted).release();
      }
    },
  );

  test("G-07 outlives that its connections break while the join is being answered", async () => {
    const locks = await way.open();
    const held = await holder.acquire("a");
    const { lostBytes } = proxy.traffic("to-client");
    proxy.hold("to-server", JOIN_QUEUE.sha);
    const granted = locks.acquire("a");
    await until("the join is sent", () => proxy.traffic("to-server").waitingBytes > 0);
    proxy.drop("to-client");
    proxy.deliver("to-server");
    await until("its answer is lost", () => proxy.traffic("to-client").lostBytes > lostBytes);
    await proxy.heal();
    expect(await handOff(held, granted)).toBeLessThan(RECONNECT_MS + LATE_MS);
    await (await granted).release();
  });

  test("G-07 needs no message: with each lost on the network a heartbeat finds the grant", async () => {
    const locks = await way.open();
    proxy.drop("to-client", MESSAGE);
    for (let round = 0; round < 3; round += 1) {
      const held = await holder.acquire("a");
      const { granted } = await waitIn(locks);
      expect(await handOff(held, granted)).toBeLessThan(UNTOLD_MS + LATE_MS);
      await (await granted).release();
    }
    expect(proxy.traffic("to-client").lostBytes).toBeGreaterThan(0);
  });

  test("G-07 needs no subscription: one that is never answered delays the first wait", async () => {
    const locks = await way.open();
    proxy.drop("to-server", SUBSCRIBE);
    const held = await holder.acquire("a");
    const { granted } = await waitIn(locks);
    expect(proxy.traffic("to-server").lostBytes).toBeGreaterThan(0);
    expect(await handOff(held, granted)).toBeLessThan(UNTOLD_MS + LATE_MS);
    await (await granted).release();
  });

  test("G-07 is told by message again after its first subscription broke", async () => {
    const locks = await way.open();
    proxy.hold("to-server", SUBSCRIBE);
    const held = await holder.acquire("a");
    const granted = locks.acquire("a");
    await until("it subscribes", () => proxy.traffic("to-server").waitingBytes > 0);
    await server.command("CLIENT", "KILL", "TYPE", "normal");
    await proxy.heal();
    await until("it subscribes again", async () => {
      return ((await server.command("PUBSUB", "CHANNELS")) as unknown[]).length === 1;
    });
    await held.release();
    await (await granted).release();
  });

  test("G-09 leaves no place behind: aborted, out of time or closed", async () => {
    const [aborting, timing, closing] = [await way.open(), await way.open(), await way.open()];
    const held = await holder.acquire("a");
    const controller = new AbortController();
    const waits = [
      await waitIn(aborting, { signal: controller.signal }),
      await waitIn(closing),
      await waitIn(timing, { waitMs: 300 }),
    ];
    controller.abort();
    await closing.close();
    const codes = waits.map(({ granted }) => granted.then(() => "granted", codeOf));
    expect(await Promise.all(codes)).toEqual(["ABORTED", "PROVIDER_CLOSED", "WAIT_TIMEOUT"]);
    await until("nobody has a place", async () => {
      return (await server.command("EXISTS", `${KEY}:q`, `${KEY}:w`)) === 0;
    });
    expect(await held.release()).toBe("released");
    const left = [...(await expiring()).keys()];
    expect(left.filter((key) => !key.startsWith(`${KEY}:t:`))).toEqual([]);
  });

  test("G-09 leaves nothing that does not expire by itself, but the fence", async () => {
    const locks = await way.open();
    await holder.acquire("a", { ttlMs: TTL_MS });
    const controller = new AbortController();
    await waitIn(locks, { signal: controller.signal });
    const leaving = await way.open();
    const { granted } = await waitIn(leaving, { waitMs: 50 });
    expect(await granted.then(() => "granted", codeOf)).toBe("WAIT_TIMEOUT");
    await isQueued(1);
    const left = await expiring();
    expect([...left.keys()].map((key) => key.replace(/:t:.*/, ":t:")).sort()).toEqual([
      KEY,
      `${KEY}:q`,
      `${KEY}:t:`,
      `${KEY}:w`,
    ]);
    for (const [key, leftMs] of left) {
      expect(leftMs, key).toBeGreaterThan(0);
      expect(leftMs, key).toBeLessThanOrEqual(key.includes(":t:") ? 60_000 : KEEP_MS);
    }
    expect(await server.command("PTTL", "holdfast:fence")).toBe(-1);
    controller.abort();
  });
});

function codeOf(error: unknown): string {
  return LockError.is(error) ? error.code : String(error);
}
