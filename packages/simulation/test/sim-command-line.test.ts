import { type ExecFileException, execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UsageError } from "@holdfast/command-line";
import { describe, expect, test } from "vitest";
import { parseCommandLine } from "../src/cli/command-line.ts";
import { Tally } from "../src/cli/tally.ts";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

function sim(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    execFile(process.execPath, [MAIN, ...words], { maxBuffer: 2 ** 26 }, done);
  });
}

describe("the command line", () => {
  test("runs the seeds asked for and ends with their sum", async () => {
    const { code, stdout } = await sim("--seed", "100", "--seeds", "30");
    expect(stdout).toMatch(/^30 seeds, \d+ events, 0 violations\n$/);
    expect(code).toBe(0);
  });

  test("tells what it takes", async () => {
    const { code, stdout } = await sim("--help");
    expect(stdout).toMatch(/--minutes/);
    expect(code).toBe(0);
  });

  test("refuses a word that it does not know, with those that it does", async () => {
    const { code, stderr } = await sim("--sed", "1");
    expect(stderr).toMatch(/^sim: unknown flag --sed; did you mean --seed\? Flags are --seeds/);
    expect(code).toBe(64);
  });

  test.each([
    ["--seeds", "0"],
    ["--seeds", "1.5"],
    ["--seed", "-1"],
    ["--minutes", "none"],
    ["--topology", "paper"],
    ["--trace"],
    ["--trace", "--seed", "1", "--seeds", "2"],
    ["--ledger", "--topology", "redis"],
    ["--json", "/does/not/exist/file"],
    ["word"],
  ])("refuses %s %s", (...words) => {
    expect(() => parseCommandLine(words.filter((word) => word !== undefined))).toThrow(UsageError);
  });

  test("one seed given is one seed run; without, a thousand are", () => {
    expect(parseCommandLine(["--seed", "5"])).toMatchObject({ selection: { seedCount: 1 } });
    expect(parseCommandLine([])).toMatchObject({ selection: { seedCount: 1_000 } });
    expect(parseCommandLine(["--minutes", "1"])).toMatchObject({
      selection: { seedCount: undefined, minutes: 1 },
    });
  });

  test("counts for the ledger what was run without a gap", () => {
    const tally = new Tally(10);
    const done = (firstSeed: number): void =>
      tally.add({
        chunk: { firstSeed, seedCount: 5, topology: undefined },
        eventCount: 2,
        failed: [],
      });
    expect(tally.unbroken()).toBeUndefined();
    done(15);
    expect(tally.unbroken()).toBeUndefined();
    done(10);
    done(25);
    expect(tally.unbroken()).toEqual({ from: 10, to: 19, events: 4, violations: 0 });
    expect(tally.summary()).toBe("15 seeds, 6 events, 0 violations");
  });
});
