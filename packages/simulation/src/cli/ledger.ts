import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "@holdfast/command-line";

/** One range of seeds that was run, on one state of the sources. */
export interface LedgerEntry {
  /** The first and the last seed. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly violations: number;
  readonly commit: string;
  /** Hashes of the files in the folders whose change makes a run another one, their tests left out. */
  readonly coreTree: string;
  readonly redisTree: string;
  readonly simulationTree: string;
  readonly node: string;
  /** Of the day. */
  readonly date: string;
}

/** The state of the sources that a range was run on. */
export type SourceState = Pick<LedgerEntry, "commit" | "coreTree" | "redisTree" | "simulationTree">;

export const ledgerFile: string = fileURLToPath(new URL("../../ledger.jsonl", import.meta.url));

const FOLDERS = {
  coreTree: "packages/core/src",
  redisTree: "packages/redis/src",
  simulationTree: "packages/simulation/src",
} as const;

export function readLedger(): readonly LedgerEntry[] {
  if (!existsSync(ledgerFile)) return [];
  const lines = readFileSync(ledgerFile, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): LedgerEntry => JSON.parse(line));
}

export function addToLedger(entry: LedgerEntry): void {
  appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`);
}

/** What was committed, which has to be what runs. Throws a {@link UsageError} otherwise. */
export function sourceState(): SourceState {
  const changed = git("status", "--porcelain", "--", ...Object.values(FOLDERS).map(fromRoot));
  if (changed !== "") throw new UsageError(`--ledger needs committed sources:\n${changed}`);
  return {
    commit: git("rev-parse", "HEAD"),
    coreTree: treeOf(FOLDERS.coreTree),
    redisTree: treeOf(FOLDERS.redisTree),
    simulationTree: treeOf(FOLDERS.simulationTree),
  };
}

/** One hash of all that is committed in a folder but tests, which no run executes. */
function treeOf(folder: string): string {
  const files = git("ls-tree", "-r", "--full-tree", "HEAD", folder).split("\n");
  const sources = files.filter((file) => !file.endsWith(".test.ts"));
  return createHash("sha1").update(sources.join("\n")).digest("hex");
}

/** True when both were run on sources that make the same worlds. */
export function isSameSource(one: SourceState, other: SourceState): boolean {
  return (
    one.coreTree === other.coreTree &&
    one.redisTree === other.redisTree &&
    one.simulationTree === other.simulationTree
  );
}

/** The first seed after those that the ledger has of these sources. */
export function nextSeed(entries: readonly LedgerEntry[], state: SourceState): number {
  const same = entries.filter((entry) => isSameSource(entry, state));
  return Math.max(0, ...same.map(({ to }) => to)) + 1;
}

function fromRoot(folder: string): string {
  return `:/${folder}`;
}

function git(...words: string[]): string {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  return execFileSync("git", words, { cwd, encoding: "utf8" }).trim();
}
