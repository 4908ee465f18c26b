import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type LedgerEntry, ledgerFile } from "../src/cli/ledger.ts";
import type { SoakResult } from "../src/soak/soak-result.ts";

/** Of the simulation's ledger, what the page tells. */
interface SeedRange {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly violations: number;
  readonly coreTree: string;
  readonly redisTree: string;
  readonly simulationTree: string;
  readonly date: string;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const SOAKS = `${ROOT}/docs/soaks`;
const page = readFileSync(`${ROOT}/docs/reliability.md`, "utf8");

/** The cells of the table between the marks of that name, without its two head lines. */
function rowsOf(mark: string): readonly (readonly string[])[] {
  const [, block = ""] = page.split(new RegExp(`<!-- /?${mark} -->`));
  const lines = block.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function linesOf<Entry>(file: string): readonly Entry[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): Entry => JSON.parse(line));
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}

/** Of core, the Redis adapter and the simulation. */
function sourcesOf(range?: SeedRange): string {
  const hashes = [range?.coreTree, range?.redisTree, range?.simulationTree];
  return hashes.map((hash) => hash?.slice(0, 7)).join(" ");
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

test("docs/reliability.md has every range of seeds, by the sources that they ran on", () => {
  const ranges = linesOf<SeedRange>(`${ROOT}/packages/simulation/ledger.jsonl`);
  const groups = new Map<string, SeedRange[]>();
  for (const range of ranges) {
    const sources = [range.coreTree, range.redisTree, range.simulationTree].join();
    groups.set(sources, [...(groups.get(sources) ?? []), range]);
  }
  const rows = [...groups.values()].map((group) => [
    sourcesOf(group[0]),
    group.at(-1)?.date ?? "",
    shown(sumOf(group.map(({ from, to }) => to - from + 1))),
    shown(sumOf(group.map(({ events }) => events))),
    shown(sumOf(group.map(({ violations }) => violations))),
  ]);
  expect(rowsOf("simulation")).toEqual(rows);
});

/** After a release and after a kill, and the longest; the first runs did not count them. */
function handOffsOf({
  handOffs,
  handOffMsMax,
  crashHandOffs,
  crashHandOffMsMax,
}: LedgerEntry): string {
  if (handOffs === undefined || crashHandOffs === undefined) return "";
  const timed = (count: number, msMax?: number): string =>
    count === 0 || msMax === undefined ? shown(count) : `${shown(count)} (${shown(msMax)} ms)`;
  return `${timed(handOffs, handOffMsMax)} and ${timed(crashHandOffs, crashHandOffMsMax)}`;
}

test("docs/reliability.md has every run of the ledger, and what it found", () => {
  const rows = linesOf<LedgerEntry>(ledgerFile).map((run) => {
    const violations = Object.entries(run.violations).map(([rule, count]) => `${count} ${rule}`);
    const undecided = run.undecided ? [`${run.undecided} undecided`] : [];
    return [
      `${run.subject} on ${run.backend}, seed ${run.seed}`,
      String(run.minutes),
      shown(sumOf(Object.values(run.faults))),
      String(Object.keys(run.faults).length),
      shown(run.cycles),
      shown(run.writes),
      shown(run.lostWrites),
      handOffsOf(run),
      [...violations, ...undecided].join(", ") || "-",
    ];
  });
  expect(rowsOf("chaos")).toEqual(rows);
});

test("docs/reliability.md has every soak", () => {
  const files = readdirSync(SOAKS).sort();
  const results = files.flatMap((file): readonly SoakResult[] =>
    JSON.parse(readFileSync(`${SOAKS}/${file}`, "utf8")),
  );
  const rows = results.map(({ backend, cycles, serverCycles, slope, leftovers }) => [
    backend,
    shown(cycles),
    shown(serverCycles),
    slope.leastSquares.toFixed(2),
    leftovers.join(", ") || "nothing",
  ]);
  expect(rowsOf("soak")).toEqual(rows);
});
