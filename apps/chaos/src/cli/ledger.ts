import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "@holdfast/command-line";
import type { BackendName } from "../ground.ts";
import { countsBy } from "../report/counts-by.ts";
import type { RunResult } from "../run/run-result.ts";

/** One run, on one state of the sources. */
export interface LedgerEntry {
  /** Of the day. */
  readonly date: string;
  readonly commit: string;
  /** Git's hashes of the folders whose change makes a run another one. */
  readonly coreTree: string;
  readonly adapterTrees: Readonly<Record<string, string>>;
  /** The same of chaos itself and what it stands on. The first runs lack it, and what has a question mark below. */
  readonly harnessTrees?: Readonly<Record<string, string>>;
  readonly node: string;
  readonly backend: BackendName;
  readonly subject: string;
  readonly seed: number;
  readonly processes?: number;
  /** What was asked for, and how long there were turns; the first runs counted beginning and end in. */
  readonly plannedMinutes?: number;
  readonly minutes: number;
  readonly isComplete: boolean;
  readonly cycles: number;
  readonly events: number;
  /** Additions to the resource that were accepted, and those of them that were lost. */
  readonly writes: number;
  readonly lostWrites: number;
  /** Kind to how many. */
  readonly faults: Readonly<Record<string, number>>;
  /** Rule to how many. */
  readonly violations: Readonly<Record<string, number>>;
  /** Seconds in which nothing was broken, and the hand-offs seen in them; the longest in milliseconds. */
  readonly calmSeconds?: number;
  readonly handOffs?: number;
  readonly handOffMsMax?: number;
  readonly crashHandOffs?: number;
  readonly crashHandOffMsMax?: number;
  /** Names of which no order of events was found, nor that there is none. */
  readonly undecided?: number;
}

/** The state of the sources that a run was made on. */
export type SourceState = Pick<
  LedgerEntry,
  "commit" | "coreTree" | "adapterTrees" | "harnessTrees"
>;

export const ledgerFile: string = fileURLToPath(new URL("../../ledger.jsonl", import.meta.url));

const CORE = "packages/core/src";
const ADAPTERS: Readonly<Record<BackendName, readonly string[]>> = {
  redis: ["redis"],
  redlock: ["redis", "redlock"],
  postgres: ["postgres"],
  etcd: ["etcd"],
};
const HARNESS = {
  chaos: "apps/chaos/src",
  history: "packages/history/src",
  "test-servers": "packages/test-servers/src",
} as const;

/** What was committed, which has to be what runs. Throws a {@link UsageError} otherwise. */
export function sourceState(backend: BackendName): SourceState {
  const adapters = ADAPTERS[backend].map((adapter) => `packages/${adapter}/src`);
  const folders = [CORE, ...adapters, ...Object.values(HARNESS)];
  const changed = git("status", "--porcelain", "--", ...folders.map(fromRoot));
  if (changed !== "") throw new UsageError(`--ledger needs committed sources:\n${changed}`);
  const tree = (folder: string): string => git("rev-parse", `HEAD:${folder}`);
  return {
    commit: git("rev-parse", "HEAD"),
    coreTree: tree(CORE),
    adapterTrees: Object.fromEntries(
      ADAPTERS[backend].map((adapter) => [adapter, tree(`packages/${adapter}/src`)]),
    ),
    harnessTrees: Object.fromEntries(
      Object.entries(HARNESS).map(([name, folder]) => [name, tree(folder)]),
    ),
  };
}

export function addToLedger(state: SourceState, result: RunResult): void {
  const { backend, subject, seed, plannedMinutes, minutes, isComplete, processCount } = result;
  const { counts, writes, faults, problems, handOffMs, crashHandOffMs } = result;
  const entry: LedgerEntry = {
    date: new Date().toISOString().slice(0, "2026-01-01".length),
    ...state,
    node: process.versions.node,
    backend,
    subject,
    seed,
    processes: processCount,
    plannedMinutes,
    minutes: Math.round(minutes * 100) / 100,
    isComplete,
    cycles: counts.cycles,
    events: counts.events,
    writes: sumOf(writes.map(({ accepted }) => accepted)),
    lostWrites: sumOf(writes.map(({ lost }) => lost)),
    faults: countsBy(faults, ({ id }) => id),
    violations: countsBy(problems, ({ rule }) => rule),
    calmSeconds: Math.round(result.calmSeconds),
    handOffs: handOffMs?.count ?? 0,
    handOffMsMax: Math.ceil(handOffMs?.max ?? 0),
    crashHandOffs: crashHandOffMs?.count ?? 0,
    crashHandOffMsMax: Math.ceil(crashHandOffMs?.max ?? 0),
    undecided: result.undecided.length,
  };
  appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`);
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function fromRoot(folder: string): string {
  return `:/${folder}`;
}

function git(...words: string[]): string {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  return execFileSync("git", words, { cwd, encoding: "utf8" }).trim();
}
