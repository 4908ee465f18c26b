import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ConnectedLocks, connectLocks } from "@holdfast/config";
import { type RedisServer, startRedis } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../src/command-line/command-specs.ts";
import { commandHelpText } from "../src/command-line/help-text.ts";
import { holdfast, start } from "./holdfast.ts";

let server: RedisServer;
let url: string;
let locks: ConnectedLocks;

beforeAll(async () => {
  server = await startRedis();
  url = `${server.url}?commandTimeoutMs=10000&unavailableMs=20000`;
  locks = await connectLocks(url, { ttlMs: 60_000, description: "the test" });
});

afterAll(async () => {
  await locks?.close();
  await server?.stop();
});

describe("inspect", () => {
  test("says who holds a lock, for people and as JSON", async () => {
    await using lease = await locks.acquire("inspected");
    const { code, stdout } = await holdfast(["inspect", "inspected"], { url });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^inspected is held\n {2}by +the test\n {2}since +\d{4}-.+\n {2}for another +\d/,
    );
    const json = JSON.parse((await holdfast(["inspect", "inspected", "--json"], { url })).stdout);
    const token = `${lease.fencingToken}`;
    expect(json).toMatchObject({ held: true, fencingToken: token, description: "the test" });
    await lease.release();
    expect((await holdfast(["inspect", "inspected"], { url })).stdout).toBe("inspected is free\n");
  });

  test("watches until it is interrupted", async () => {
    const watcher = start(["inspect", "watched", "--watch", "--json"], { url });
    await watcher.prints('"held":false');
    const lease = await locks.acquire("watched");
    await watcher.prints('"held":true');
    watcher.kill("SIGINT");
    const { code, stdout } = await watcher.finished();
    expect(code).toBe(0);
    const states = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).held);
    expect(states).toEqual([false, true]);
    await lease.release();
  });
});

describe("break", () => {
  test("needs --yes, and then ends the holding", async () => {
    const lease = await locks.acquire("broken");
    const asked = await holdfast(["break", "broken"], { url });
    expect(asked.code).toBe(64);
    expect(asked.stderr).toContain("--yes breaks it");
    expect((await locks.inspect("broken")).held).toBe(true);
    expect(await holdfast(["break", "broken", "--yes"], { url })).toMatchObject({
      code: 0,
      stdout: "broken is broken\n",
    });
    await expect(lease.renew()).rejects.toMatchObject({ code: "LEASE_LOST" });
    const again = await holdfast(["break", "broken", "--yes", "--json"], { url });
    expect(JSON.parse(again.stdout)).toEqual({ name: "broken", broken: false });
  });
});

describe("doctor and ping", () => {
  test("doctor gives each finding with its remedy, and 0 for warnings", async () => {
    const { code, stdout } = await holdfast(["doctor"], { url });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning: .+\n {2}\S.+\n/);
    const json = JSON.parse((await holdfast(["doctor", "--json"], { url })).stdout);
    expect(json.backend).toBe("redis");
    expect(json.findings[0]).toMatchObject({ severity: "warning", remedy: expect.any(String) });
  });

  test("doctor exits with 1 on a dangerous setting", async () => {
    await server.command("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru");
    const { code, stdout } = await holdfast(["doctor"], { url });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error: .+\n {2}\S.+\n/m);
    expect((await holdfast(["doctor", "--url", "noop:"])).code).toBe(1);
  });

  test("ping is 0 with an answer and 69 without", async () => {
    expect((await holdfast(["ping"], { url })).stdout).toMatch(/^redis answered in [\d.]+ ms\n$/);
    const silent = await holdfast(["ping", "--url", "redis://127.0.0.1:1"]);
    expect(silent).toMatchObject({ code: 69, stdout: "" });
  });
});

describe("help", () => {
  test.each(COMMANDS)("of $name has its flags and an example", (spec) => {
    const text = commandHelpText(spec);
    for (const flag of Object.keys(spec.flags)) expect(text).toContain(`--${flag}`);
    expect(text).toContain(`Examples\n  ${spec.examples[0]}`);
  });

  test("is printed for one command and for all", async () => {
    expect(await holdfast(["ping", "--help"])).toMatchObject({ code: 0, stderr: "" });
    const { stdout } = await holdfast(["--help"]);
    for (const { name } of COMMANDS) expect(stdout).toContain(`\n  ${name} `);
  });
});

test("only what the chosen backend needs is loaded", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-loaded-"));
  try {
    // Node writes down every script that it ran.
    const env = { NODE_V8_COVERAGE: folder };
    expect((await holdfast(["run", "a", "--", "true"], { url, env })).code).toBe(0);
    const scripts = readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      return (result as readonly { readonly url: string }[]).map((script) => script.url);
    });
    const loaded = (part: string) => scripts.some((script) => script.includes(part));
    expect(["/cli/", "/redis/", "/ioredis/"].map(loaded)).toEqual([true, true, true]);
    const others = ["/redlock/", "/postgres/", "/etcd/", "/node_modules/pg/", "inspect-command"];
    expect(others.filter(loaded)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
