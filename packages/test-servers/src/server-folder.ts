import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** No test runs this long, so a folder of that age whose process is gone belongs to nobody. */
const ABANDONED_AGE_MS = 24 * 60 * 60 * 1_000;

let hasSwept = false;

/**
 * Makes an empty folder for one server, named after this process.
 *
 * The first call also removes folders that killed processes left behind long ago, since nothing
 * runs at their end.
 */
export function createServerFolder(kindName: string): string {
  if (!hasSwept) removeAbandonedFolders();
  hasSwept = true;
  return mkdtempSync(join(tmpdir(), `holdfast-${kindName}-${process.pid}-`));
}

function removeAbandonedFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^holdfast-[a-z]+-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeIfOld(join(tmpdir(), name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Another process may be doing the same, or the folder may be another user's: both are fine. */
function removeIfOld(path: string): void {
  try {
    if (Date.now() - statSync(path).mtimeMs < ABANDONED_AGE_MS) return;
    rmSync(path, { recursive: true, force: true });
  } catch {
    return;
  }
}
