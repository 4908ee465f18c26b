import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { processTree, until } from "@holdfast/test-servers";
import { afterEach, describe, expect, test } from "vitest";
// The built one: the process under test is a program of its own.
import { soak } from "../dist/soak/soak.js";
import { isClean, type SoakResult } from "../dist/soak/soak-result.js";

const MAIN = fileURLToPath(new URL("../dist/soak/soak-main.js", import.meta.url));
const LEAKING_WORKER = fileURLToPath(new URL("leaking-worker.mjs", import.meta.url));
const TASK = { backend: "redis", callerCount: 32, sampleCount: 10, settleMsMax: 20_000 } as const;

describe("a short soak on Redis", () => {
  test("G-09 leaves nothing, and goes every way that a caller can", async () => {
    const result = await soak({ ...TASK, cycleCount: 5_000 });
    expect(result.leftovers).toEqual([]);
    expect(isClean(result)).toBe(true);
    expect(result.cycles).toBeGreaterThanOrEqual(5_000);
    expect(result.serverCycles).toBeGreaterThan(2_500);
    expect(result.localCycles).toBeGreaterThan(0);
    expect(result.withdrawn).toBeGreaterThan(0);
    expect(result.renewals).toBeGreaterThan(0);
    expect(result.samples).toHaveLength(TASK.sampleCount);
  });

  test("ended early, it closes and tells what it did", async () => {
    const ending = new AbortController();
    const onProgress = (cycles: number): void => {
      if (cycles > 0) ending.abort();
    };
    const watched = { signal: ending.signal, onProgress };
    const result = await soak({ ...TASK, ...watched, cycleCount: 1_000_000 });
    expect(result).toMatchObject({ isInterrupted: true, leftovers: [] });
    expect(result.cycles).toBeGreaterThan(0);
  });
});

describe("a soak notices", () => {
  afterEach(() => {
    delete process.env["HOLDFAST_TEST_LEAK"];
  });

  test.each(["heap", "buffer"])("memory that grows with every cycle: %s", async (leak) => {
    const result = await leaking(leak, 5_000);
    expect(result.slope.verdict).toBe("leaks");
    expect(isClean(result)).toBe(false);
  });

  test.each([
    ["key", "key holdfast:{left} without a ttl"],
    ["tombstone", "key holdfast:{left}:t:abc without a ttl"],
    ["driver's listener", "listeners on the user's drivers"],
    ["signal's listener", "listeners on the callers' signal"],
    ["timer", "timer more than before"],
    ["connection", "connection cmd="],
  ])("what stays once: %s", async (leak, what) => {
    const result = await leaking(leak, 200);
    expect(result.leftovers).toContainEqual(expect.stringContaining(what));
    expect(isClean(result)).toBe(false);
  });
});

describe("the command", () => {
  test.each([
    [["--backend", "mysql"], "--backend takes redis, redlock, postgres, etcd, memory"],
    [["--cycles", "many"], "--cycles takes a whole number from 100 to 1000000000"],
    [["--json", "/nowhere/at/all.json"], "its folder does not exist"],
    [["--minutes", "5"], "unknown flag --minutes; flags are"],
    [["now"], 'unexpected argument "now"'],
  ])("refuses %j", async (words, why) => {
    const { code, stderr } = await run(words);
    expect(stderr).toContain(why);
    expect(code).toBe(64);
  });

  test("without servers it says so and ends with 69", async () => {
    const env = { ...process.env, HOLDFAST_SERVERS: "none", CI: "" };
    const { code, stderr } = await run(["--backend", "redis"], env);
    expect(stderr).toMatch(/^soak: NO REDIS SERVER:/m);
    expect(code).toBe(69);
  });

  test("says what it does, and what it did", async () => {
    expect((await run(["--help"])).stdout).toContain("--cycles n");
    const { code, stdout } = await run(["--backend", "memory", "--cycles", "1000"]);
    expect(stdout).toContain("nothing is left\nclean\n");
    expect(code).toBe(0);
  });
});

test.each(["memory", "redis"])(
  "Ctrl-C ends a soak on %s early, with what was found and without a process behind it",
  async (backend) => {
    const child = start(["--backend", backend, "--cycles", "100000000"]);
    const { pid = 0 } = child;
    await until("its worker runs", async () => (await processTree(pid)).some(isWorker));
    const tree = await processTree(pid);
    // As a terminal does: the whole group.
    process.kill(-pid, "SIGINT");
    const { code, stdout } = await ended(child);
    expect(stdout).toContain("nothing is left\nclean, ended early\n");
    expect(code).toBe(130);
    expect(tree.filter(isRunning)).toEqual([]);
  },
);

async function leaking(leak: string, cycleCount: number): Promise<SoakResult> {
  process.env["HOLDFAST_TEST_LEAK"] = leak;
  // What leaks does not go, however long it is waited for.
  const settleMsMax = 1_000;
  return await soak({ ...TASK, cycleCount, settleMsMax, workerFile: LEAKING_WORKER });
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return await ended(start(words, env));
}

type Started = ChildProcessByStdio<null, Readable, Readable>;

function start(words: readonly string[], env: NodeJS.ProcessEnv = process.env): Started {
  return spawn(process.execPath, [MAIN, ...words], {
    detached: true,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: Started): Promise<Ended> {
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await closed) as [number | null];
  return { code, stdout, stderr };
}

/** Once it is, a signal to the group of its parent does not reach it. */
function isWorker(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("soak-worker");
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
