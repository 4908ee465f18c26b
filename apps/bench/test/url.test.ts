import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

const RUN_MS_MAX = 180_000;
/** With what a URL has to encode. */
const PASSWORD = "s3cret/x:y";
const FOREIGN = { "holdfast:fence": "41", "bench:0": "theirs", "mutex:orders": "theirs" };

let folder: string;
let server: RedisServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  server = await startRedis({ password: PASSWORD });
});

beforeEach(async () => {
  await server.command("FLUSHALL");
  for (const [key, value] of Object.entries(FOREIGN)) await server.command("SET", key, value);
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Every key of the server with its value. */
async function contents(): Promise<object> {
  const keys = (await server.command("KEYS", "*")) as readonly string[];
  const entries = keys.map(async (key) => [key, await server.command("GET", key)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function expectNoPassword(...texts: readonly string[]): void {
  for (const text of texts) {
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(encodeURIComponent(PASSWORD));
  }
}

const short = ["--seconds", "0.05", "--rounds", "1"];

test(
  "a given server is measured, left as it was, and its password is told to nobody",
  async () => {
    const file = join(folder, "given.json");
    const strategies = "redis-ioredis,raw-ioredis,redis-semaphore,redlock";
    const bench = new BenchProcess([
      ...["--url", server.url, "--strategies", strategies, "--scenarios", "uncontended"],
      ...[...short, "--json", file],
    ]);
    expect(await bench.exitCode(), bench.stderr).toBe(0);
    expect(await contents()).toEqual(FOREIGN);
    const json = await readFile(file, "utf8");
    const report = JSON.parse(json) as Report;
    expect(report.results.map(({ strategy }) => strategy)).toContain("redis-ioredis");
    expect(report.givenServers).toMatchObject({
      urls: [`redis://${server.host}:${server.port}`],
      failures: [],
    });
    // At least the counter that the fencing tokens come from.
    expect(report.givenServers?.keysRemoved).toBeGreaterThan(0);
    expect(report.notMeasured).toContainEqual(
      expect.objectContaining({
        strategy: "redlock",
        kind: "absent",
        why: "needs 3 servers of kind redis, and --url names 1",
      }),
    );
    expect(bench.stdout).toMatch(/Measured on redis:\S+; \d+ keys of the run were removed\./);
    expectNoPassword(json, bench.stdout, bench.stderr);
  },
  RUN_MS_MAX,
);

test(
  "a run that is interrupted removes its keys too",
  async () => {
    const bench = new BenchProcess([
      ...["--url", server.url, "--strategies", "redis-ioredis,raw-ioredis", "--rounds", "100"],
      ...["--scenarios", "uncontended"],
    ]);
    await until(
      "keys of the run",
      async () => Object.keys(await contents()).length > Object.keys(FOREIGN).length,
      RUN_MS_MAX / 2,
    );
    bench.signalGroup("SIGINT");
    expect(await bench.exitCode(), bench.stderr).toBe(130);
    expect(await contents()).toEqual(FOREIGN);
  },
  RUN_MS_MAX,
);

test("a server that does not answer is named without its password", async () => {
  const port = await freePort();
  const url = `redis://someone:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
  const bench = new BenchProcess(["--url", url, "--scenarios", "uncontended", ...short]);
  expect(await bench.exitCode()).toBe(69);
  expect(bench.stderr).toMatch(
    new RegExp(`^bench: cannot use redis://127\\.0\\.0\\.1:${port}: .*ECONNREFUSED[^\\n]*\\n$`),
  );
  expectNoPassword(bench.stdout, bench.stderr);
});

test("a server that refuses the password is named, and no more of it", async () => {
  const url = `redis://:wr0ng-one@${server.host}:${server.port}`;
  const bench = new BenchProcess(["--url", url, "--scenarios", "uncontended", ...short]);
  expect(await bench.exitCode()).toBe(69);
  expect(bench.stderr).toMatch(/^bench: cannot use redis:\/\/127\.0\.0\.1:\d+: WRONGPASS/);
  expect(bench.stderr).not.toContain("wr0ng-one");
});
