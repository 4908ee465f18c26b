import type { RedisServer } from "@holdfast/test-servers";
import { until } from "@holdfast/test-servers";
import { afterEach, expect, test } from "vitest";
import { Servers } from "./servers.ts";

const CYCLES = 100;

let servers: Servers;

afterEach(() => servers.close());

/** How often each command was called by a client or a script since CONFIG RESETSTAT. */
async function callsOf(server: RedisServer): Promise<ReadonlyMap<string, number>> {
  const info = String(await server.command("INFO", "commandstats"));
  const lines = info.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm);
  return new Map([...lines].map(([, command = "", calls]) => [command, Number(calls)]));
}

test.each([3, 5])("an uncontended cycle is two scripts at each of %i members", async (count) => {
  servers = await Servers.start(count);
  const locks = servers.locks();
  for (const name of ["warm", "up"]) await locks.using(name, async () => {});
  const hasReleased = (name: string) => servers.nothingStored(name);
  await Promise.all(["warm", "up"].map(hasReleased));
  for (const server of servers.all) await server.command("CONFIG", "RESETSTAT");
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const lease = await locks.acquire(`cost/${cycle}`);
    expect(await lease.release()).toBe("released");
  }
  for (const server of servers.all) {
    await until("the last release arrived", async () => {
      return ((await callsOf(server)).get("evalsha") ?? 0) >= 2 * CYCLES;
    });
    const calls = await callsOf(server);
    expect(calls.get("evalsha")).toBe(2 * CYCLES);
    expect(calls.has("eval")).toBe(false);
    // Within the scripts, and nothing beside them.
    expect(calls.get("mget")).toBe(CYCLES);
    expect(calls.get("get")).toBe(CYCLES);
    expect(calls.get("set")).toBe(2 * CYCLES);
    expect(calls.get("del")).toBe(CYCLES);
  }
});
