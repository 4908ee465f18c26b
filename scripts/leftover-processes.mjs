import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that was told to stop may still be writing its last words. */
const SETTLE_MS_MAX = 3_000;
const LOOK_EVERY_MS = 50;

/**
 * The processes that a run started and did not end: those with its id in their environment, which
 * children inherit even when they detach. They are killed. Known only where /proc is; elsewhere
 * the answer is none.
 *
 * @param {string} runId The value that the run was given as HOLDFAST_RUN_ID.
 * @returns {Promise<{ pid: number, command: string }[]>}
 */
export async function leftoverProcesses(runId) {
  let found = processesOf(runId);
  for (let waitedMs = 0; found.length > 0 && waitedMs < SETTLE_MS_MAX; waitedMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    found = processesOf(runId);
  }
  for (const { pid } of found) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself between the look and the signal.
    }
  }
  return found;
}

/** @param {string} runId */
function processesOf(runId) {
  return processIds().flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (!environment.includes(`HOLDFAST_RUN_ID=${runId}`)) return [];
      return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") }];
    } catch {
      return []; // Ended meanwhile, or another user's.
    }
  });
}

function processIds() {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
