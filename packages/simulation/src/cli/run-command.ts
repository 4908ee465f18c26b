import { randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Interruption } from "@holdfast/command-line";
import { runSeed } from "../run/run-seed.ts";
import type { Selection } from "./command-line.ts";
import { addToLedger, nextSeed, readLedger, type SourceState, sourceState } from "./ledger.ts";
import { createProgress, type Progress } from "./progress.ts";
import type { Chunk, FailedSeed } from "./seed-message.ts";
import { runPool } from "./seed-pool.ts";
import { Tally } from "./tally.ts";

/** Few enough that Ctrl-C is soon obeyed, enough that asking costs nothing. */
const SEEDS_PER_CHUNK = 20;
/** A drawn seed is short enough to be read out. */
const SEED_DRAWN_MAX = 1_000_000_000;
const MS_PER_MINUTE = 60_000;
/** More of them say nothing new. */
const FAILED_SHOWN_MAX = 20;

/** Runs the worlds asked for, prints what went wrong and the sum, and gives the exit code. */
export async function runCommand(selection: Selection): Promise<number> {
  const state = selection.isForLedger ? sourceState() : undefined;
  const firstSeed = selection.firstSeed ?? drawSeed(state);
  const tally = new Tally(firstSeed);
  using interruption = new Interruption();
  if (selection.isTraced) await runTraced(selection, tally);
  else await runAll(selection, { tally, firstSeed, signal: interruption.signal });
  if (state !== undefined) enter(state, tally);
  if (selection.jsonFile !== undefined) await writeJson(selection.jsonFile, tally);
  process.stdout.write(`${tally.summary()}\n`);
  return interruption.exitCode ?? (tally.failed.length > 0 ? 1 : 0);
}

/** The next for the ledger, else any. */
function drawSeed(state: SourceState | undefined): number {
  return state === undefined ? randomInt(SEED_DRAWN_MAX) : nextSeed(readLedger(), state);
}

async function runTraced({ firstSeed, topology }: Selection, tally: Tally): Promise<void> {
  const seed = firstSeed ?? 0;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const { scenario, violations, eventCount, traceHash } = await runSeed(seed, { topology, print });
  print(`trace hash ${traceHash}`);
  const failed = violations.length === 0 ? [] : [{ seed, topology: scenario.topology, violations }];
  tally.add({ chunk: { firstSeed: seed, seedCount: 1, topology }, eventCount, failed });
  for (const one of failed) print(report(one, topology !== undefined));
}

interface Going {
  readonly tally: Tally;
  readonly firstSeed: number;
  readonly signal: AbortSignal;
}

async function runAll(selection: Selection, { tally, firstSeed, signal }: Going): Promise<void> {
  const { seedCount = Number.POSITIVE_INFINITY, minutes, topology, jobs } = selection;
  const startedMs = performance.now();
  const durationMs = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * MS_PER_MINUTE;
  const isTimed = !Number.isFinite(seedCount);
  const total = isTimed
    ? { total: Math.round(durationMs / 1_000), unit: "s" }
    : { total: seedCount, unit: "seeds" };
  const progress = await createProgress(process.stderr, total);
  progress.say(`from seed ${firstSeed}`);
  let given = 0;
  const next = (): Chunk | undefined => {
    const isOver = signal.aborted || performance.now() - startedMs >= durationMs;
    const count = Math.min(SEEDS_PER_CHUNK, seedCount - given);
    if (isOver || count <= 0) return undefined;
    given += count;
    return { firstSeed: firstSeed + given - count, seedCount: count, topology };
  };
  await runPool({
    jobs,
    next,
    onResult: (result) => {
      for (const failed of result.failed)
        show(progress, tally, report(failed, topology !== undefined));
      tally.add(result);
      const doneS = (performance.now() - startedMs) / 1_000;
      progress.update(
        isTimed ? doneS : tally.seedCount,
        `${Math.round(tally.seedCount / doneS)} seeds/s, ${tally.violationCount} violations`,
      );
    },
  });
  progress.stop();
}

function show(progress: Progress, tally: Tally, text: string): void {
  if (tally.failed.length < FAILED_SHOWN_MAX) progress.say(text);
}

/** What went wrong in one world, and how to see it again. */
function report({ seed, topology, violations }: FailedSeed, isChosen: boolean): string {
  const found = violations.map(
    ({ rule, message, atMs }) => `  ${rule} at ${atMs.toFixed(3)} ms: ${message}`,
  );
  const flags = isChosen ? ` --topology ${topology}` : "";
  const command = `npm run sim -- --seed ${seed}${flags} --trace`;
  return [`seed ${seed} (${topology}) went wrong:`, ...found, `  see it with: ${command}`].join(
    "\n",
  );
}

/** Only what was run without a gap, so that the ledger's ranges can be added up. */
function enter(state: SourceState, tally: Tally): void {
  const range = tally.unbroken();
  if (range === undefined) return;
  const date = new Date().toISOString().slice(0, "2026-01-01".length);
  addToLedger({ ...range, ...state, node: process.versions.node, date });
}

async function writeJson(file: string, tally: Tally): Promise<void> {
  const { seedCount, eventCount, violationCount, failed } = tally;
  const result = { seedCount, eventCount, violationCount, failed };
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
}
