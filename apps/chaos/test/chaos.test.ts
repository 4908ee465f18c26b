import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ChaosProcess } from "./chaos-process.ts";

const BROKEN_SUBJECT = fileURLToPath(new URL("broken-subject.mjs", import.meta.url));
const LAZY_SUBJECT = fileURLToPath(new URL("lazy-subject.mjs", import.meta.url));
/** Storm and calm of less than a minute, and what is allowed for afterwards. */
const RUN_MS_MAX = 120_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "holdfast-chaos-test-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Said as tests have to say it, so that without a server they count as not run. */
function requireServer({ stderr }: ChaosProcess): void {
  const why = /^chaos: (NO REDIS SERVER:.*)$/m.exec(stderr)?.[1];
  if (why !== undefined) throw new Error(why);
}

test(
  "a storm over one Redis server breaks nothing of what Holdfast promises",
  async () => {
    const [json, page, history] = ["a.json", "a.html", "history"].map((name) =>
      path.join(folder, name),
    ) as [string, string, string];
    const chaos = new ChaosProcess([
      ...["--backend", "redis", "--minutes", "0.2", "--seed", "7"],
      ...["--json", json, "--html", page, "--history", history],
    ]);
    const code = await chaos.exitCode();
    requireServer(chaos);
    expect(chaos.stdout).toMatch(/Nothing was found\.\n/);
    expect(code).toBe(0);
    const result = JSON.parse(await readFile(json, "utf8"));
    expect(result).toMatchObject({ backend: "redis", subject: "holdfast", seed: 7, problems: [] });
    expect(result.isComplete).toBe(true);
    expect(result.faults.length).toBeGreaterThanOrEqual(3);
    expect(result.counts.cycles).toBeGreaterThan(30);
    const written = result.writes.map(({ accepted }: { accepted: number }) => accepted);
    expect(Math.min(...written)).toBeGreaterThan(0);
    expect(await readFile(page, "utf8")).toContain("no checker found anything");
    // Of the run, of each worker, and of the one that came when everything was mended.
    expect(await readdir(history)).toEqual(
      expect.arrayContaining(["chaos.jsonl", "w1.jsonl", "w4.jsonl", "probe.jsonl"]),
    );
    expect(chaos.stderr).toMatch(/^seed 7$/m);
  },
  RUN_MS_MAX,
);

test(
  "a library that is wrong is caught, and its first violation drawn",
  async () => {
    const [json, page] = ["b.json", "b.html"].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    const chaos = new ChaosProcess([
      ...["--peer", BROKEN_SUBJECT, "--minutes", "0.3", "--seed", "1"],
      ...["--faults", "acquires-aborted", "--json", json, "--html", page],
    ]);
    const code = await chaos.exitCode();
    requireServer(chaos);
    expect(code).toBe(1);
    const { violations, problems, historyFolder } = JSON.parse(await readFile(json, "utf8"));
    expect(violations.exclusion).toBeGreaterThan(0);
    expect(violations["fenced-resource"]).toBeGreaterThan(0);
    expect(violations.background).toBeGreaterThan(0);
    const messages = problems.map(({ message }: { message: string }) => message);
    expect(messages).toContainEqual(expect.stringContaining("key left:fence was left"));
    expect(messages).toContainEqual(expect.stringContaining("nobody handles this"));
    expect(chaos.stdout).toMatch(/^exclusion: \d+ \(beside \d+ holders\)$/m);
    expect(await readFile(page, "utf8")).toMatch(/<svg[^>]*>.*both rely on the lock/s);
    expect(existsSync(path.join(historyFolder, "chaos.jsonl"))).toBe(true);
    await rm(historyFolder, { recursive: true });
  },
  RUN_MS_MAX,
);

test(
  "a library that is late, or tells of losses that were none, is caught in calm",
  async () => {
    const json = path.join(folder, "lazy.json");
    const chaos = new ChaosProcess([
      ...["--peer", LAZY_SUBJECT, "--minutes", "0.6", "--seed", "1"],
      ...["--faults", "acquires-aborted", "--json", json],
    ]);
    const code = await chaos.exitCode();
    requireServer(chaos);
    expect(code).toBe(1);
    const { violations, calmSeconds, historyFolder } = JSON.parse(await readFile(json, "utf8"));
    expect(Object.keys(violations)).toEqual(
      expect.arrayContaining(["crash-hand-off", "hand-off", "lost-wake-up", "spurious-loss"]),
    );
    expect(calmSeconds).toBeGreaterThan(10);
    await rm(historyFolder, { recursive: true });
  },
  RUN_MS_MAX,
);

test.runIf(existsSync("/proc/self/task")).each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends a run with %i, prints what was found so far and leaves no process behind",
  async (signal, code) => {
    const chaos = new ChaosProcess(["--minutes", "5", "--seed", "3"]);
    const pid = chaos.child.pid ?? 0;
    const ended = chaos.exitCode();
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    // A server and four workers.
    await until("children", async () => hasEnded || (await childrenOf(pid)).length >= 5);
    requireServer(chaos);
    const children = await childrenOf(pid);
    chaos.signalGroup(signal);
    expect(await ended).toBe(code);
    expect(chaos.stdout).toMatch(/^holdfast on redis, seed 3: .*, ended early$/m);
    expect(chaos.stdout).toContain("Nothing was found.");
    await until("no child is left", () => children.every((child) => !existsSync(`/proc/${child}`)));
  },
  RUN_MS_MAX,
);

test("--list names every backend, library and fault with a line about it", async () => {
  const chaos = new ChaosProcess(["--list"]);
  expect(await chaos.exitCode()).toBe(0);
  for (const id of ["redis", "redlock", "postgres", "etcd", "holdfast", "worker-killed"]) {
    expect(chaos.stdout).toMatch(new RegExp(`^ {2}${id} +\\S.*$`, "m"));
  }
  expect(chaos.stderr).toBe("");
});

test("--help shows every flag", async () => {
  const chaos = new ChaosProcess(["--help"]);
  expect(await chaos.exitCode()).toBe(0);
  for (const flag of [
    ...["backend", "minutes", "seed", "peer", "faults", "processes", "json", "html", "history"],
    ...["ledger", "list", "help"],
  ]) {
    expect(chaos.stdout).toContain(`--${flag}`);
  }
});

test("a command line that makes no sense ends with 64 and one line that says what does", async () => {
  const chaos = new ChaosProcess(["--backend", "mysql"]);
  expect(await chaos.exitCode()).toBe(64);
  expect(chaos.stderr).toBe(
    'chaos: --backend takes one of redis, redlock, postgres, etcd, not "mysql"\n',
  );
  expect(chaos.stdout).toBe("");
});

test("without servers a run says so and ends with 69", async () => {
  const chaos = new ChaosProcess(["--seed", "1"], { HOLDFAST_SERVERS: "none", CI: "" });
  expect(await chaos.exitCode()).toBe(69);
  expect(chaos.stderr).toMatch(/^chaos: NO REDIS SERVER:/m);
});

/** Processes whose parent is `pid`, as the kernel lists them. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return list.split(" ").filter(Boolean).map(Number);
}
