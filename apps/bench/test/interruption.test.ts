import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

const WAIT_MS_MAX = 30_000;
const POLL_MS = 20;

async function waitUntil(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + WAIT_MS_MAX;
  while (!(await isTrue())) {
    if (performance.now() > untilMs) throw new Error(`waited ${WAIT_MS_MAX} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Processes whose parent is `pid`, as the kernel lists them. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return list.split(" ").filter(Boolean).map(Number);
}

const isLinux = existsSync("/proc/self/task");

test.runIf(isLinux).each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends a run with %i, prints what it has and leaves no process behind",
  async (signal, code) => {
    const bench = new BenchProcess(["--strategies", "raw-ioredis,async-lock", "--rounds", "3"]);
    const pid = bench.child.pid ?? 0;
    await waitUntil("the second variant", () => bench.stderr.includes("64 callers"));
    // One server and an agent per strategy.
    await waitUntil("children", async () => (await childrenOf(pid)).length >= 3);
    const children = await childrenOf(pid);
    bench.signalGroup(signal);
    expect(await bench.exitCode()).toBe(code);
    expect(bench.stdout).toMatch(/uncontended · 1 caller/);
    expect(bench.stdout).toMatch(/Interrupted: only finished rounds are shown/);
    await waitUntil("no child left", () =>
      children.every((child) => !existsSync(`/proc/${child}`)),
    );
  },
  2 * WAIT_MS_MAX,
);

test(
  "a run that is killed leaves its finished variants in the file",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
    const file = join(folder, "killed.json");
    const bench = new BenchProcess([
      ...["--strategies", "memory,async-lock", "--scenarios", "uncontended"],
      ...["--rounds", "2", "--json", file],
    ]);
    await waitUntil("the second variant", () => bench.stderr.includes("64 callers"));
    bench.signalGroup("SIGKILL");
    await bench.exitCode();
    const { complete, results } = JSON.parse(await readFile(file, "utf8")) as Report;
    await rm(folder, { recursive: true });
    expect(complete).toBe(false);
    expect(results).toMatchObject([
      { strategy: "memory", variant: "1 caller" },
      { strategy: "async-lock", variant: "1 caller" },
    ]);
  },
  WAIT_MS_MAX,
);
