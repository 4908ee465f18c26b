import { clockShim, ensureServers, RespClient, until } from "@holdfast/test-servers";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EtcdGround, Ground, PostgresGround, RedisGround } from "../src/ground.ts";
import { etcdGround } from "../src/grounds/etcd.ts";
import { postgresGround } from "../src/grounds/postgres.ts";
import { redisGround } from "../src/grounds/redis.ts";

const TIMEOUT_MS = 60_000;
const found = await ensureServers(["redis", "postgres", "etcd"]);
for (const one of found) if (!one.available) process.stderr.write(`${one.explanation}\n`);
const isThere = (kind: string): boolean => found.some((one) => one.kind === kind && one.available);
const hasClock = clockShim().available;

/** Waits for the servers to see that a client has gone. */
async function becomesClean(ground: Ground): Promise<void> {
  await until("nothing is left", async () => (await ground.leftovers()).length === 0, TIMEOUT_MS);
}

describe.runIf(isThere("redis"))("what is left on a Redis ground", () => {
  let ground: RedisGround;

  beforeAll(async () => {
    ground = (await redisGround.start()) as RedisGround;
  }, TIMEOUT_MS);

  afterAll(async () => {
    await ground[Symbol.asyncDispose]();
  });

  async function command(...words: readonly (string | number)[]): Promise<void> {
    for (const { server } of ground.members) await server.command(...words);
  }

  test("a lock, a queue and keys of others are", async () => {
    for (const key of ["holdfast:{orders}", "holdfast:{orders}:q", "another"]) {
      await command("SET", key, "left", "PX", 60_000);
      expect(await ground.leftovers()).toEqual([`key ${key}`]);
      await command("DEL", key);
    }
  });

  test("the fence is not, nor a tombstone that ends", async () => {
    await command("SET", "holdfast:fence", 7);
    await command("SET", "holdfast:{orders}:t:someone", "left", "PX", 60_000);
    expect(await ground.leftovers()).toEqual([]);
    await command("FLUSHALL");
  });

  test("a tombstone without an end is", async () => {
    const key = "holdfast:{orders}:t:someone";
    await command("SET", key, "left");
    const [left = ""] = await ground.leftovers();
    expect(left).toMatch(`key ${key}`);
    await command("DEL", key);
  });

  test.runIf(hasClock)(
    `a tombstone that ends too late is${hasClock ? "" : " (skipped: no C compiler)"}`,
    async () => {
      const key = "holdfast:{orders}:t:someone";
      await command("SET", key, "left", "PX", 60 * 60_000);
      expect(await ground.leftovers()).toEqual([`key ${key}, for ever`]);
      await command("DEL", key);
    },
  );

  test("a client that is connected is, and its connection", async () => {
    const [member] = ground.members;
    if (member === undefined) throw new Error("the ground has no member");
    const client = await RespClient.connect({ host: member.proxy.host, port: member.proxy.port });
    await client.command("PING");
    const left = await ground.leftovers();
    expect(left[0]).toMatch(/^client id=/);
    expect(left[1]).toMatch(/^1 connections through the proxy/);
    client.close();
    await becomesClean(ground);
  });
});

describe.runIf(isThere("postgres"))("what is left on a Postgres ground", () => {
  let ground: PostgresGround;

  beforeAll(async () => {
    ground = (await postgresGround.start()) as PostgresGround;
  }, TIMEOUT_MS);

  afterAll(async () => {
    await ground[Symbol.asyncDispose]();
  }, TIMEOUT_MS);

  test("a session is, and its advisory locks", async () => {
    expect(await ground.leftovers()).toEqual([]);
    const client = new pg.Client({ connectionString: ground.urls[0], application_name: "test" });
    await client.connect();
    await client.query("SELECT pg_advisory_lock(7)");
    const left = (await ground.leftovers()).join("\n");
    expect(left).toMatch(/session \d+ of test, idle/);
    expect(left).toMatch(/advisory lock 0:7 of session/);
    expect(left).toMatch(/1 connections through the proxy/);
    await client.end();
    await becomesClean(ground);
  });
});

describe.runIf(isThere("etcd"))("what is left on an etcd ground", () => {
  let ground: EtcdGround;

  beforeAll(async () => {
    ground = (await etcdGround.start()) as EtcdGround;
  }, TIMEOUT_MS);

  afterAll(async () => {
    await ground[Symbol.asyncDispose]();
  }, TIMEOUT_MS);

  test("a key is, and a lease", async () => {
    expect(await ground.leftovers()).toEqual([]);
    const [member] = ground.members;
    if (member === undefined) throw new Error("the ground has no member");
    const { ID } = await member.server.ask("/v3/lease/grant", { TTL: "60" });
    const key = Buffer.from("holdfast/orders/1").toString("base64");
    await member.server.ask("/v3/kv/put", { key, value: "", lease: ID });
    expect(await ground.leftovers()).toEqual(["key holdfast/orders/1", `lease ${ID}`]);
    await member.server.ask("/v3/lease/revoke", { ID });
    expect(await ground.leftovers()).toEqual([]);
  });
});
