import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Result } from "../src/method/outcome.ts";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

/** How a gap begins where there is no server; a test that throws it counts as not run. */
const NO_SERVER = /^NO [A-Z]+ SERVER\b/;

/** Longest a run of these tests may take. */
export const RUN_MS_MAX = 60_000;

/** Runs the built program with `args` and gives what it measured. A run that fails, or leaves a gap, fails the test. */
export async function measured(...args: readonly string[]): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  try {
    const file = join(folder, "report.json");
    const bench = new BenchProcess([...args, "--json", file]);
    expect(await bench.exitCode(), bench.stderr).toBe(0);
    const { results, notMeasured } = JSON.parse(await readFile(file, "utf8")) as Report;
    const noServer = notMeasured.find(({ why }) => NO_SERVER.test(why));
    if (noServer !== undefined) throw new Error(noServer.why);
    expect(notMeasured).toEqual([]);
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The median of a metric, or undefined where the strategy has none. */
export function medianIn({ metrics }: Result, metric: string): number | undefined {
  return metrics[metric]?.median;
}
