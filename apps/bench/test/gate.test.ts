import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseCommandLine } from "../dist/cli/command-line.js";
import { runCommand } from "../dist/cli/run-command.js";
import type { GateRow } from "../src/gates/gate-row.ts";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

const RUN_MS_MAX = 180_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function readReport(file: string): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

test(
  "--gate measures what the rows of the chosen strategies need, and judges every row",
  async () => {
    const file = join(folder, "gate.json");
    const bench = new BenchProcess([
      ...["--gate", "--strategies", "memory,async-mutex", "--scenarios", "uncontended,package"],
      ...["--rounds", "5", "--json", file],
    ]);
    const code = await bench.exitCode();
    const { results, gates = [] } = await readReport(file);
    // No row asks for 64 callers in memory, nor for the package of a peer.
    expect(results.map(({ strategy, variant }) => [strategy, variant])).toEqual([
      ["memory", "1 caller"],
      ["async-mutex", "1 caller"],
      ["memory", "as installed"],
    ]);
    const judged = Object.fromEntries(gates.map(({ row, ...rest }) => [row.id, rest]));
    expect(judged["P16.1"]).toMatchObject({ verdict: "holds", measured: { median: 0, rounds: 5 } });
    expect(judged["P16.2"]).toMatchObject({ verdict: "holds" });
    expect(judged["P15.1"]).toMatchObject({ divisor: "async-mutex", measured: { rounds: 5 } });
    expect(judged["P1.1"]).toEqual({
      verdict: "not measured",
      why: "redis-ioredis was not chosen",
    });
    const shut = gates.some(({ verdict }) => verdict === "misses" || verdict === "too noisy");
    expect(code).toBe(shut ? 1 : 0);
    expect(bench.stdout).toMatch(/P16\.1 .*core: runtime dependencies .* = 0 .* holds/);
    expect(bench.stdout).toMatch(/\d+ holds · \d+ misses · \d+ too noisy · \d+ not measured\./);
  },
  RUN_MS_MAX,
);

test(
  "a gate that measured nothing is shut, and says so",
  async () => {
    const flags = ["--gate", "--strategies", "redis-ioredis", "--scenarios", "uncontended"];
    const bench = new BenchProcess(flags, { HOLDFAST_SERVERS: "none" });
    expect(await bench.exitCode(), bench.stderr).toBe(1);
    expect(bench.stdout).toContain("Nothing was measured, so the gate stays shut.");
    expect(bench.stdout).not.toContain("The gate is open.");
  },
  RUN_MS_MAX,
);

const figure: GateRow = {
  id: "P1",
  text: "memory, 1 caller: mean cycle",
  strategy: "memory",
  scenario: "uncontended",
  variant: "1 caller",
  metric: "cycleUs",
  comparison: "at most",
  must: 1_000_000,
  needs: [],
};

test.each([
  { comparison: "at most", exitCode: 0, verdict: "holds" },
  { comparison: "at least", exitCode: 1, verdict: "misses" },
] as const)(
  "a row that $verdict decides the exit code",
  async ({ comparison, exitCode, verdict }) => {
    const row: GateRow = { ...figure, comparison };
    const file = join(folder, "row.json");
    const commandLine = parseCommandLine([
      ...["--gate", "--strategies", "memory", "--scenarios", "uncontended"],
      ...["--json", file],
    ]);
    if (commandLine.command !== "run") throw new Error(`parsed as ${commandLine.command}`);
    // Shorter than the command line allows.
    const request = { ...commandLine.request, seconds: 0.05, rounds: 5 };
    const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const code = await runCommand(request, [row]).finally(() => {
      written.mockRestore();
      said.mockRestore();
    });
    expect(code).toBe(exitCode);
    const { gates } = await readReport(file);
    expect(gates).toMatchObject([{ verdict, row: { id: "P1" } }]);
  },
  RUN_MS_MAX,
);
