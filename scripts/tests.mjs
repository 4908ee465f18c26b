import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { leftoverProcesses } from "./leftover-processes.mjs";
import { runProcess } from "./run-process.mjs";
import { progress } from "./set-up.mjs";
import { togetherWith } from "./test-runs.mjs";
import { cacheFolder, readJson, rootFolder } from "./workspace.mjs";

const INTERRUPTED = 130;
/** More files than this are no accident, and are not run again. */
const AGAIN_FILE_COUNT_MAX = 8;

/** @typedef {import("./test-runs.mjs").TestSummary} TestSummary */

/** What the last line here and `.ci/run` say. */
const summaryFile = path.join(cacheFolder, "test-summary.json");

/**
 * One vitest run over the whole repository, then a look at what it left behind. With `HOLDFAST_RETRY=1`
 * the files of tests that failed are run a second time, alone: a real server on a busy machine can be
 * late. What passed only then is named, because it is a fault, of the test at least.
 *
 * @param {string[]} rest Passed to vitest.
 * @param {Record<string, string>} env
 * @returns {Promise<number>} The exit code.
 */
export async function runTests(rest, env) {
  mkdirSync(cacheFolder, { recursive: true });
  rmSync(summaryFile, { force: true });
  progress("testing");
  const first = await runOnce(rest, env);
  if (first.interrupted) return INTERRUPTED;
  if (first.summary === undefined) {
    progress("no counts: vitest ended early, or was given another reporter");
    return first.code || 1;
  }
  const files = filesToRepeat(first.summary);
  if (files.length === 0) return conclude(first.summary, first.code);
  progress(`testing again, alone: ${files.join(", ")}`);
  const second = await runOnce(
    [...files.map((file) => path.join(rootFolder, file)), "--no-file-parallelism"],
    env,
  );
  if (second.interrupted) return INTERRUPTED;
  if (second.summary === undefined) return conclude(first.summary, first.code);
  const { summary, rescued } = togetherWith(first.summary, second.summary);
  for (const test of rescued) process.stdout.write(`PASSED ONLY AT THE SECOND RUN: ${test}\n`);
  return conclude(summary, second.code);
}

/**
 * @param {string[]} words
 * @param {Record<string, string>} env
 */
async function runOnce(words, env) {
  const runId = randomUUID();
  const file = path.join(cacheFolder, `test-run-${runId}.json`);
  const { code, interrupted } = await runProcess(
    process.execPath,
    [path.join(rootFolder, "node_modules", "vitest", "vitest.mjs"), "run", ...words],
    { env: { ...env, HOLDFAST_RUN_ID: runId, HOLDFAST_SUMMARY_FILE: file } },
  );
  const leftovers = await leftoverProcesses(runId);
  for (const { pid, command } of leftovers) {
    progress(`the tests left a process behind, ended now: ${pid} ${command}`);
  }
  if (!existsSync(file)) return { code, interrupted, summary: undefined };
  const told = /** @type {TestSummary} */ (readJson(file));
  rmSync(file);
  const summary = { ...told, failedCount: told.failedCount + leftovers.length };
  return { code, interrupted, summary };
}

/** @param {TestSummary} summary */
function filesToRepeat({ failed, failedCount }) {
  if (process.env["HOLDFAST_RETRY"] !== "1" || failedCount > failed.length) return [];
  const files = [...new Set(failed.map(({ file }) => file))];
  return files.length <= AGAIN_FILE_COUNT_MAX ? files : [];
}

/**
 * @param {TestSummary} summary
 * @param {number} code Of vitest.
 */
function conclude(summary, code) {
  writeFileSync(summaryFile, JSON.stringify(summary));
  const { passedCount, failedCount, skippedCount } = summary;
  process.stdout.write(`${passedCount} passed, ${failedCount} failed, ${skippedCount} skipped\n`);
  return code || (failedCount > 0 ? 1 : 0);
}
