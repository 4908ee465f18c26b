import { existsSync } from "node:fs";
import path from "node:path";
import { cacheFolder, readJson } from "./workspace.mjs";

/** The count of the last `npm test`, as the last line of `.ci/run`. No count is a failure. */
const file = path.join(cacheFolder, "test-summary.json");
const { passedCount, failedCount, skippedCount } = existsSync(file)
  ? readJson(file)
  : { passedCount: 0, failedCount: 1, skippedCount: 0 };
console.log(`${passedCount} passed, ${failedCount} failed, ${skippedCount} skipped`);
if (failedCount > 0) process.exitCode = 1;
