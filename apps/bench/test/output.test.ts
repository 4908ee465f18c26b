import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../src/report/report.ts";
import { BenchProcess } from "./bench-process.ts";

const RUN_MS_MAX = 180_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  "--json - is JSON and nothing else, --html a page, --quick says what it is not for, --compare what changed",
  async () => {
    const quick = ["--quick", "--strategies", "memory", "--scenarios", "package", "--rounds", "1"];
    const page = join(folder, "page.html");
    const first = new BenchProcess([...quick, "--json", "-", "--html", page]);
    expect(await first.exitCode(), first.stderr).toBe(0);
    const report = JSON.parse(first.stdout) as Report;
    expect(report.notForGating).toBe(true);
    expect(first.stderr).toMatch(/package · as installed[\s\S]*Quick: not for gating/);
    expect(report.flags).toEqual(quick);
    const written = await readFile(page, "utf8");
    expect(written).toContain("A quick run: too short to conclude anything from.");
    expect(written).toContain(`npm run bench -- ${quick.join(" ")}`);

    const [result] = report.results;
    if (result === undefined) throw new Error("nothing was measured");
    const dependencies = { median: 7, min: 7, max: 7, rounds: 1 };
    const metrics = { ...result.metrics, runtimeDependencies: dependencies };
    const file = join(folder, "older.json");
    const older = { ...report, versions: { node: "1.2.3" }, results: [{ ...result, metrics }] };
    await writeFile(file, JSON.stringify(older));

    const second = new BenchProcess([...quick, "--compare", file]);
    expect(await second.exitCode(), second.stderr).toBe(0);
    expect(second.stdout).toMatch(
      /memory .*package · as installed · runtimeDependencies .*7 \(7–7\) /,
    );
    expect(second.stdout).toContain("1 of 2 ratios and counts changed beyond the noise.");
    expect(second.stdout).toContain(`Differs: node 1.2.3 → ${process.versions.node}`);

    const neither = new BenchProcess(["--compare", `${file},${file}`]);
    expect(await neither.exitCode(), neither.stderr).toBe(0);
    expect(neither.stdout).toContain("0 of 2 ratios and counts changed beyond the noise.");
  },
  RUN_MS_MAX,
);
