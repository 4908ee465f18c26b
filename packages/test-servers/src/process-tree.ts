import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process and those below it, nearest first. Only itself where the system does not list them. */
export function processTree(pid: number): readonly number[] {
  const found = [pid];
  // The list grows while it is walked.
  for (const one of found) found.push(...childrenOf(one));
  return found;
}

/** The processes below this one; none once it has ended. */
export function descendantsOf({ pid }: ChildProcess): readonly number[] {
  return pid === undefined ? [] : processTree(pid).slice(1);
}

/** Signals a process and all below it, and says which these were. */
export function signalTree(root: ChildProcess, signal: NodeJS.Signals): readonly number[] {
  const descendants = descendantsOf(root);
  root.kill(signal);
  for (const pid of descendants) signalIfThere(pid, signal);
  return descendants;
}

/** Whether the process exists and has not ended; a dead one that nobody waited for has. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== "Z";
}

/** Whether the kernel lists the process as stopped, or not at all; true where there is no list. */
export function isStandingStill(pid: number | undefined): boolean {
  const state = pid === undefined ? undefined : stateOf(pid);
  return state === undefined || state === "T" || state === "Z";
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter((text) => text.trim() !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
}

function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The state follows the program's name, which is in parentheses and may hold anything.
    return stat[stat.lastIndexOf(")") + 2];
  } catch {
    return undefined;
  }
}

/** A process that ended by itself is as good as signalled. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    return;
  }
}
