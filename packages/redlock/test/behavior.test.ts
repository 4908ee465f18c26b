import { type RedisServer, startRedis, startRedisMany, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Facts of several Redis servers that this package leans on. One that fails is a reason to read protocols again. */
let servers: readonly RedisServer[];

beforeAll(async () => {
  servers = await startRedisMany(2);
});

afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function infoOf(server: RedisServer, field: string): Promise<string> {
  const info = String(await server.command("INFO", "server"));
  return new RegExp(`^${field}:(.*)\\r$`, "m").exec(info)?.[1] ?? "";
}

test("a run_id is one server's own, whatever address it is asked at, and new at each start", async () => {
  const [first, second] = servers as [RedisServer, RedisServer];
  const runId = await infoOf(first, "run_id");
  expect(runId).toMatch(/^[0-9a-f]{40}$/);
  expect(await infoOf(second, "run_id")).not.toBe(runId);
  await first.restart({ keepData: false });
  expect(await infoOf(first, "run_id")).not.toBe(runId);
});

test("the uptime of a server that was just started is in whole seconds from zero", async () => {
  await using server = await startRedis();
  const uptime = Number(await infoOf(server, "uptime_in_seconds"));
  expect(uptime).toBeLessThanOrEqual(5);
  await until("it counts", async () => {
    return Number(await infoOf(server, "uptime_in_seconds")) > uptime;
  });
});

test("FLUSHALL keeps the run_id, and restarts nothing: only a key can tell of it", async () => {
  const [, server] = servers as [RedisServer, RedisServer];
  const runId = await infoOf(server, "run_id");
  await server.command("SET", "marker", "here");
  await server.command("FLUSHALL");
  expect(await server.command("EXISTS", "marker")).toBe(0);
  expect(await infoOf(server, "run_id")).toBe(runId);
});

test("a server that hangs accepts connections and executes what it was sent when it goes on", async () => {
  const [, server] = servers as [RedisServer, RedisServer];
  await server.pause();
  const client = await server.connect({ timeoutMs: 60 });
  await expect(client.command("SET", "late", "1")).rejects.toThrow(/60 ms/);
  await server.resume();
  await until("it was executed", async () => (await server.command("GET", "late")) === "1");
});
