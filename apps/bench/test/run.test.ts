import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

/** A run costs seconds, most of it the start of processes: fewer slices would not make it faster. */
const RUN_MS_MAX = 180_000;
const ESCAPE = String.fromCharCode(27);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function readReport(file: string): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

const short = ["--seconds", "0.05", "--rounds", "2"];
const spread = {
  median: expect.any(Number),
  min: expect.any(Number),
  max: expect.any(Number),
  rounds: 2,
};

test(
  "a run on a real server writes machine, versions, metrics and ratios",
  async () => {
    const file = join(folder, "redis.json");
    const strategies = "redis-ioredis,raw-ioredis,redis-node-redis,raw-node-redis";
    const bench = new BenchProcess(
      [
        "--strategies",
        strategies,
        "--scenarios",
        "uncontended,contended",
        ...short,
        "--json",
        file,
      ],
      { NO_COLOR: "1" },
    );
    expect(await bench.exitCode(), bench.stderr).toBe(0);
    const report = await readReport(file);
    expect(report).toMatchObject({
      machine: { cpu: expect.any(String), cores: expect.any(Number), os: expect.any(String) },
      versions: { node: process.versions.node, "redis-server": expect.stringMatching(/^\d+\./) },
      complete: true,
      notMeasured: [],
    });
    expect(report.results).toHaveLength(4 * 3);
    expect(report.results).toContainEqual(
      expect.objectContaining({
        strategy: "redis-ioredis",
        scenario: "uncontended",
        params: { callers: 64 },
        metrics: expect.objectContaining({ p50Us: spread, p99Us: spread, cyclesPerSecond: spread }),
        ratios: { "raw-ioredis": expect.objectContaining({ p50Us: spread }) },
      }),
    );
    expect(report.results).toContainEqual(
      expect.objectContaining({
        strategy: "redis-node-redis",
        scenario: "contended",
        params: { processes: 4, contenders: 16, holdMs: 1 },
        metrics: expect.objectContaining({
          switchesPerSecond: spread,
          jain: spread,
          overlaps: { median: 0, min: 0, max: 0, rounds: 2 },
          failures: { median: 0, min: 0, max: 0, rounds: 2 },
        }),
      }),
    );
    // The colours of a terminal have no place in a file or a pipe.
    expect(bench.stdout).not.toContain(ESCAPE);
    expect(bench.stdout).toMatch(/redis-ioredis ÷ raw-ioredis/);
  },
  RUN_MS_MAX,
);

test(
  "an uncontended cycle on Redis is exactly two commands, as the server counts them",
  async () => {
    const file = join(folder, "commands.json");
    const strategies = "redis-ioredis,raw-ioredis,redis-node-redis,raw-node-redis";
    const bench = new BenchProcess([
      ...["--strategies", strategies, "--scenarios", "uncontended", ...short, "--json", file],
    ]);
    expect(await bench.exitCode(), bench.stderr).toBe(0);
    const { results } = await readReport(file);
    const { percents = [], us = [] } = results[0]?.details?.latency ?? {};
    expect(us).toHaveLength(percents.length);
    expect(us).toEqual(us.toSorted((a, b) => a - b));
    expect(us[percents.indexOf(50)]).toBeCloseTo(results[0]?.metrics["p50Us"]?.median ?? 0, 1);
    const counts = results
      .filter(({ params }) => params["callers"] === 1)
      .map(({ strategy, metrics }) => [strategy, metrics["commandsPerCycle"]]);
    const exactlyTwo = { median: 2, min: 2, max: 2, rounds: 2 };
    expect(Object.fromEntries(counts)).toEqual({
      "redis-ioredis": exactlyTwo,
      "raw-ioredis": exactlyTwo,
      "redis-node-redis": exactlyTwo,
      "raw-node-redis": exactlyTwo,
    });
  },
  RUN_MS_MAX,
);

test(
  "over three servers a cycle is two commands to each, summed over them",
  async () => {
    const file = join(folder, "quorum.json");
    const strategies = "redlock,raw-quorum";
    const bench = new BenchProcess([
      ...["--strategies", strategies, "--scenarios", "uncontended", ...short, "--json", file],
    ]);
    expect(await bench.exitCode(), bench.stderr).toBe(0);
    const { results, notMeasured } = await readReport(file);
    expect(notMeasured).toEqual([]);
    const single = results.filter(({ params }) => params["callers"] === 1);
    expect(single.map(({ strategy }) => strategy)).toEqual(["redlock", "raw-quorum"]);
    // Not exactly: a slice may end before the last server of its last cycle was asked.
    for (const { metrics } of single) expect(metrics["commandsPerCycle"]?.median).toBeCloseTo(6, 0);
    expect(single[0]?.ratios["raw-quorum"]).toMatchObject({ p50Us: spread });
  },
  RUN_MS_MAX,
);

test(
  "without servers the memory rows are measured and the redis rows say what to do",
  async () => {
    const file = join(folder, "none.json");
    const bench = new BenchProcess(
      [
        ...[
          "--strategies",
          "memory,async-mutex,redis-ioredis",
          "--scenarios",
          "uncontended,contended",
        ],
        ...[...short, "--json", file],
      ],
      { HOLDFAST_SERVERS: "none", CI: "" },
    );
    expect(await bench.exitCode(), bench.stderr).toBe(0);
    const report = await readReport(file);
    expect(new Set(report.results.map(({ strategy }) => strategy))).toEqual(
      new Set(["memory", "async-mutex"]),
    );
    expect(report.notMeasured.map(({ strategy }) => strategy)).toContain("redis-ioredis");
    expect(bench.stdout).toMatch(/Not measured: redis-ioredis \(uncontended, contended\): .+/);
  },
  RUN_MS_MAX,
);
