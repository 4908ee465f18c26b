import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEtcd, startPostgres } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

const RUN_MS_MAX = 180_000;
const PASSWORD = "s3cret";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Measures `strategies` on the server at `url`. */
async function measuredOn(url: string, strategies: string): Promise<Report> {
  const file = join(folder, "given.json");
  const bench = new BenchProcess([
    ...["--url", url, "--strategies", strategies, "--scenarios", "local"],
    ...["--seconds", "0.05", "--rounds", "1", "--json", file],
  ]);
  expect(await bench.exitCode(), bench.stderr).toBe(0);
  const json = await readFile(file, "utf8");
  for (const text of [json, bench.stdout, bench.stderr]) expect(text).not.toContain(PASSWORD);
  return JSON.parse(json) as Report;
}

test(
  "a given Postgres is measured, and keeps no lock and no table",
  async () => {
    await using server = await startPostgres();
    const url = new URL(server.url);
    url.password = PASSWORD;
    const report = await measuredOn(url.href, "raw-pg,advisory-lock,pg-mutex-lock,raw-ioredis");
    expect(report.results.map(({ strategy }) => strategy).sort()).toEqual([
      "advisory-lock",
      "pg-mutex-lock",
      "raw-pg",
    ]);
    expect(report.notMeasured).toMatchObject([
      { strategy: "raw-ioredis", why: "--url names no server of kind redis" },
    ]);
    expect(report.versions["postgres"]).toBe(await server.version());
    const left = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
      UNION ALL SELECT locktype FROM pg_locks WHERE locktype = 'advisory'`;
    expect(await server.query(left)).toEqual([]);
  },
  RUN_MS_MAX,
);

test(
  "a given etcd is measured, and keeps its own keys alone",
  async () => {
    await using server = await startEtcd();
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    await server.ask("/v3/kv/put", { key: base64("bench:0"), value: base64("theirs") });
    const report = await measuredOn(server.url, "raw-etcd3,etcd3-lock");
    expect(report.results).toHaveLength(2);
    expect(report.versions["etcd"]).toBe(await server.version());
    expect(report.givenServers?.failures).toEqual([]);
    const everything = { key: base64("\0"), range_end: base64("\0") };
    const { kvs } = await server.ask("/v3/kv/range", everything);
    expect(kvs).toMatchObject([{ key: base64("bench:0"), value: base64("theirs") }]);
  },
  RUN_MS_MAX,
);
