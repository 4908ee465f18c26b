import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { leftoverProcesses } from "./leftover-processes.mjs";
import { runProcess } from "./run-process.mjs";
import { progress } from "./set-up.mjs";
import { cacheFolder, readJson, rootFolder } from "./workspace.mjs";

const INTERRUPTED = 130;

/**
 * @typedef {object} TestSummary What the reporter leaves (test/summary-reporter.ts).
 * @property {number} passedCount
 * @property {number} failedCount
 * @property {number} skippedCount
 */

/** Where the reporter writes its counts, for the last line here and for `.ci/run`. */
const summaryFile = path.join(cacheFolder, "test-summary.json");

/**
 * One vitest run over the whole repository, then a look at what it left behind.
 *
 * @param {string[]} rest Passed to vitest.
 * @param {Record<string, string>} env
 * @returns {Promise<number>} The exit code.
 */
export async function runTests(rest, env) {
  mkdirSync(cacheFolder, { recursive: true });
  rmSync(summaryFile, { force: true });
  progress("testing");
  const runId = randomUUID();
  const { code, interrupted } = await runProcess(
    process.execPath,
    [path.join(rootFolder, "node_modules", "vitest", "vitest.mjs"), "run", ...rest],
    { env: { ...env, HOLDFAST_RUN_ID: runId, HOLDFAST_SUMMARY_FILE: summaryFile } },
  );
  const leftovers = await leftoverProcesses(runId);
  for (const { pid, command } of leftovers) {
    progress(`the tests left a process behind, ended now: ${pid} ${command}`);
  }
  if (interrupted) return INTERRUPTED;
  if (!existsSync(summaryFile)) {
    progress("no counts: vitest ended early, or was given another reporter");
    return code || 1;
  }
  const { passedCount, failedCount, skippedCount } = /** @type {TestSummary} */ (
    readJson(summaryFile)
  );
  const failedInAll = failedCount + leftovers.length;
  writeFileSync(
    summaryFile,
    JSON.stringify({ passedCount, failedCount: failedInAll, skippedCount }),
  );
  process.stdout.write(`${passedCount} passed, ${failedInAll} failed, ${skippedCount} skipped\n`);
  return code || (failedInAll > 0 ? 1 : 0);
}
