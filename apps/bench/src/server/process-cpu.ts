import { readdirSync, readFileSync } from "node:fs";
import { processTree } from "@holdfast/test-servers";

/** What `/proc` counts the time of ended processes in. */
const TICK_US = 10_000;
/** Where the times of children that ended stand in `/proc/PID/stat`, after the program's name. */
const ENDED_USER = 13;
const ENDED_SYSTEM = 14;

/**
 * The processor time of a server so far, all its processes and threads, and those of its processes
 * that have ended. Undefined where the system does not tell.
 */
export function processCpuUs(pid: number): number | undefined {
  const [ownUs, endedUs] = [livingUs(pid), endedChildrenUs(pid)];
  if (ownUs === undefined || endedUs === undefined) return undefined;
  const below = processTree(pid).slice(1);
  // One that has ended since it was listed counts with the ended ones from the next time on.
  return below.reduce((sum, one) => sum + (livingUs(one) ?? 0), ownUs + endedUs);
}

function livingUs(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    // In nanoseconds and exact; what `stat` says of the living is rounded to ticks.
    return threads.reduce((sum, thread) => {
      const schedstat = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      return sum + Number(schedstat.split(" ")[0]) / 1_000;
    }, 0);
  } catch {
    return undefined;
  }
}

/** The same of its children that have ended and were waited for. */
export function endedChildrenUs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[ENDED_USER]) + Number(fields[ENDED_SYSTEM])) * TICK_US;
  } catch {
    return undefined;
  }
}
