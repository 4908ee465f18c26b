import { existsSync } from "node:fs";
import path from "node:path";
import { nameOf } from "./test-runs.mjs";
import { cacheFolder, readJson } from "./workspace.mjs";

/** The tests that failed in the last `npm test`, and its count as the last line of `.ci/run`. No count is a failure. */
const file = path.join(cacheFolder, "test-summary.json");
const { passedCount, failedCount, skippedCount, failed } = existsSync(file)
  ? readJson(file)
  : { passedCount: 0, failedCount: 1, skippedCount: 0, failed: [] };
for (const test of failed) console.log(`FAILED: ${nameOf(test)}`);
console.log(`${passedCount} passed, ${failedCount} failed, ${skippedCount} skipped`);
if (failedCount > 0) process.exitCode = 1;
