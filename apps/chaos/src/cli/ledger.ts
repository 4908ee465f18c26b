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
  readonly node: string;
  readonly backend: BackendName;
  readonly subject: string;
  readonly seed: number;
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
  /** Seconds in which nothing was broken, and the hand-offs seen in them. The first runs lack these four. */
  readonly calmSeconds?: number;
  readonly handOffs?: number;
  readonly crashHandOffs?: number;
  /** Names of which no order of events was found, nor that there is none. */
  readonly undecided?: number;
}

/** The state of the sources that a run was made on. */
export type SourceState = Pick<LedgerEntry, "commit" | "coreTree" | "adapterTrees">;

export const ledgerFile: string = fileURLToPath(new URL("../../ledger.jsonl", import.meta.url));

const CORE = "packages/core/src";
const ADAPTERS: Readonly<Record<BackendName, readonly string[]>> = {
  redis: ["redis"],
  redlock: ["redis", "redlock"],
  postgres: ["postgres"],
  etcd: ["etcd"],
};

/** What was committed, which has to be what runs. Throws a {@link UsageError} otherwise. */
export function sourceState(backend: BackendName): SourceState {
  const folders = ADAPTERS[backend].map((adapter) => `packages/${adapter}/src`);
  const changed = git("status", "--porcelain", "--", ...[CORE, ...folders].map(fromRoot));
  if (changed !== "") throw new UsageError(`--ledger needs committed sources:\n${changed}`);
  const tree = (folder: string): string => git("rev-parse", `HEAD:${folder}`);
  return {
    commit: git("rev-parse", "HEAD"),
    coreTree: tree(CORE),
    adapterTrees: Object.fromEntries(
      ADAPTERS[backend].map((adapter) => [adapter, tree(`packages/${adapter}/src`)]),
    ),
  };
}

export function addToLedger(state: SourceState, result: RunResult): void {
  const { backend, subject, seed, minutes, isComplete, counts } = result;
  const { writes, faults, problems } = result;
  const entry: LedgerEntry = {
    date: new Date().toISOString().slice(0, "2026-01-01".length),
    ...state,
    node: process.versions.node,
    backend,
    subject,
    seed,
    minutes: Math.round(minutes * 100) / 100,
    isComplete,
    cycles: counts.cycles,
    events: counts.events,
    writes: sumOf(writes.map(({ accepted }) => accepted)),
    lostWrites: sumOf(writes.map(({ lost }) => lost)),
    faults: countsBy(faults, ({ id }) => id),
    violations: countsBy(problems, ({ rule }) => rule),
    calmSeconds: Math.round(result.calmSeconds),
    handOffs: result.handOffMs?.count ?? 0,
    crashHandOffs: result.crashHandOffMs?.count ?? 0,
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
