import { RespClient, until } from "@holdfast/test-servers";
import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CorePinning } from "../src/server/core-pinning.ts";
import type { ServerUnderTest } from "../src/server/server-under-test.ts";
import { Servers } from "../src/server/servers.ts";
import { strategies } from "../src/strategies.ts";
import type { LockClient, Strategy } from "../src/strategy.ts";

const START_MS_MAX = 60_000;
/** Every library renews before this has passed, on a busy machine too. */
const RENEWED_TTL_MS = 5_000;
const ETCD_TTL_MS = 2_000;

const open = new Set<LockClient>();
let servers: Servers;

beforeAll(async () => {
  servers = await Servers.start(strategies, new CorePinning(undefined), () => {});
}, START_MS_MAX);

afterAll(async () => {
  try {
    await Promise.all([...open].map((client) => client.close()));
    for (const { url } of redisServers()) {
      await using redis = await RespClient.connect(addressOf(url));
      await until("only this connection and the meter's are left", async () => {
        return String(await redis.command("CLIENT", "LIST")).match(/^id=/gm)?.length === 2;
      });
    }
  } finally {
    await servers.stop();
  }
}, START_MS_MAX);

function redisServers(): readonly ServerUnderTest[] {
  return onRedis
    .map((one) => servers.of(one))
    .reduce((most, some) => (some.length > most.length ? some : most), []);
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

async function connect(strategy: Strategy): Promise<LockClient> {
  const missing = servers.missing(strategy);
  if (missing !== undefined) throw new Error(missing);
  const client = await strategy.open(servers.targetOf(strategy));
  open.add(client);
  return client;
}

async function cycle(client: LockClient, name: string): Promise<void> {
  await client.release(name, await client.acquire(name));
}

/** Whether a server of the strategy has a key for the name. */
async function isStored(strategy: Strategy, name: string): Promise<boolean> {
  const [server] = servers.of(strategy);
  await using redis = await RespClient.connect(addressOf(server?.url ?? ""));
  return String(await redis.command("KEYS", `*${name}*`)) !== "";
}

const onRedis = strategies.filter(({ backend }) => backend === "redis");

/** The strategies of a test, each with its name for the title. */
function each(wanted: (strategy: Strategy) => boolean): readonly (readonly [string, Strategy])[] {
  return strategies.filter(wanted).map((strategy) => [strategy.id, strategy] as const);
}

test.each(each(({ waits }) => !waits))("%s refuses a lock that is held", async (id, strategy) => {
  const client = await connect(strategy);
  const other = await connect(strategy);
  const holding = await client.acquire(id);
  await expect(other.acquire(id)).rejects.toThrow();
  await expect(client.acquire(id)).rejects.toThrow();
  await client.release(id, holding);
  await cycle(other, id);
  await cycle(client, id);
});

test.each(each(({ waits }) => waits))("%s waits for a lock that is held", async (id, strategy) => {
  const client = await connect(strategy);
  // The locks of a process are those of one client; others are shared by any number.
  const other = strategy.backend === "process" ? client : await connect(strategy);
  const holding = await client.acquire(id);
  const order: string[] = [];
  const waiting = other.acquire(id).then((next) => {
    order.push("granted");
    return next;
  });
  await cycle(client, `${id}:another`);
  order.push("released");
  await client.release(id, holding);
  await other.release(id, await waiting);
  expect(order).toEqual(["released", "granted"]);
  await cycle(client, id);
});

test.each(each(({ abilities }) => abilities.fencing))(
  "%s gives each holder a larger token",
  async (id, strategy) => {
    const client = await connect(strategy);
    const tokens: (bigint | undefined)[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const holding = await client.acquire(id);
      tokens.push(client.token?.(holding));
      await client.release(id, holding);
    }
    const [first = 0n, second = 0n, third = 0n] = tokens;
    expect(first).toBeGreaterThan(0n);
    expect(second).toBeGreaterThan(first);
    expect(third).toBeGreaterThan(second);
  },
);

test.each(each(() => true))("%s has the hooks of what it claims", async (_id, strategy) => {
  const client = await connect(strategy);
  expect(client.token !== undefined).toBe(strategy.abilities.fencing);
  expect(client.onLost !== undefined).toBe(strategy.abilities.lossSignal);
});

test("ids are unique, and every strategy is divided by one that is there", () => {
  const ids = strategies.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(strategies.flatMap((one) => one.comparedWith)));
});

test("locks on Redis outlast their ttl where renewal is claimed, and losses are told", async () => {
  const told = new Set<string>();
  for (const strategy of onRedis) {
    const client = await connect(strategy);
    const holding = await client.acquire(`held:${strategy.id}:`, { ttlMs: RENEWED_TTL_MS });
    client.onLost?.(holding, () => told.add(strategy.id));
  }
  const unrenewed = onRedis.filter(({ abilities }) => !abilities.renewal);
  await until("the locks that nobody renews have expired", async () => {
    const stored = await Promise.all(unrenewed.map((one) => isStored(one, `held:${one.id}:`)));
    return !stored.includes(true);
  });
  const renewed = onRedis.filter(({ abilities }) => abilities.renewal);
  for (const one of renewed) expect(await isStored(one, `held:${one.id}:`), one.id).toBe(true);
  expect([...told]).toEqual([]);
  for (const { url } of redisServers()) {
    await using redis = await RespClient.connect(addressOf(url));
    await redis.command("FLUSHALL");
  }
  const telling = onRedis.filter(({ abilities }) => abilities.lossSignal).map(({ id }) => id);
  await until("every library that tells has told", () => told.size === telling.length);
  expect([...told].sort()).toEqual(telling.sort());
});

test("etcd3's lock outlasts the ttl of its lease", async () => {
  const strategy = strategies.find(({ id }) => id === "etcd3-lock") as Strategy;
  const client = await connect(strategy);
  const holding = await client.acquire("renewed", { ttlMs: ETCD_TTL_MS });
  const etcd = new Etcd3({ hosts: servers.of(strategy)[0]?.url ?? "" });
  // A lease that nobody renews, granted after the lock's own: the server's clock says when both are over.
  const lease = etcd.lease(ETCD_TTL_MS / 1_000, { autoKeepAlive: false });
  await lease.put("unrenewed").value("");
  await until("the other lease is over", async () => (await etcd.get("unrenewed")) === null);
  expect(await etcd.get("renewed").exists()).toBe(true);
  await client.release("renewed", holding);
  expect(await etcd.get("renewed").exists()).toBe(false);
  etcd.close();
});
