import { expect, test } from "vitest";
import { BenchProcess } from "./bench-process.ts";

test("--list names every strategy and scenario with a line about it", async () => {
  const bench = new BenchProcess(["--list"]);
  expect(await bench.exitCode()).toBe(0);
  for (const id of ["memory", "redis-ioredis", "raw-node-redis", "async-lock", "uncontended"]) {
    expect(bench.stdout).toMatch(new RegExp(`^ {2}${id} +\\S.*$`, "m"));
  }
  expect(bench.stdout).toMatch(/^Peers .*\n {2}async-mutex /m);
  expect(bench.stdout).toMatch(/^ +fencing +waitsWithoutPolling +lossSignal/m);
  expect(bench.stdout).toMatch(/^ {2}redis-ioredis +yes +yes +yes/m);
  expect(bench.stdout).toMatch(/^ {2}uncontended +\d+ (s|min) +\d+ min$/m);
  expect(bench.stdout).toMatch(/^ {2}all +\d+ min +\d+ min$/m);
  expect(bench.stderr).toBe("");
});

test("--help shows every flag", async () => {
  const bench = new BenchProcess(["--help"]);
  expect(await bench.exitCode()).toBe(0);
  for (const flag of [
    ...["strategies", "peers", "scenarios", "quick", "seconds", "rounds", "gate", "json"],
    ...["compare", "html", "from", "url", "destructive", "list", "help"],
  ]) {
    expect(bench.stdout).toContain(`--${flag}`);
  }
});

test("a flag that does not exist ends with 64 and one line that says what does", async () => {
  const bench = new BenchProcess(["--round", "3"]);
  expect(await bench.exitCode()).toBe(64);
  expect(bench.stderr).toMatch(/^bench: unknown flag --round; did you mean --rounds\?[^\n]*\n$/);
  expect(bench.stdout).toBe("");
});
