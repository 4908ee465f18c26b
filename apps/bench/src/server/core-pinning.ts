import { spawnSync } from "node:child_process";

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Holds the client and the server of a measurement to one core. On a busy machine the same code
 * varies several times over between runs; sharing one core narrows that to a tenth or so, because
 * a round trip then costs the work of both ends and not the scheduler's mood.
 */
export class CorePinning {
  /** The core, or undefined where `taskset` is missing or refused: nothing is pinned then. */
  readonly core: number | undefined;

  constructor(core: number | undefined) {
    this.core = core;
  }

  /** Takes the last core this process may use; the others are left to the reporting process. */
  static find(): CorePinning {
    const allowed = taskset("-cp", String(process.pid));
    const last = /(\d+)\s*$/.exec(allowed ?? "")?.[1];
    return new CorePinning(last === undefined ? undefined : Number(last));
  }

  /** What to spawn to run a file with this same Node on the core. */
  nodeCommand(...args: readonly string[]): Command {
    if (this.core === undefined) return { program: process.execPath, args };
    return { program: "taskset", args: ["-c", String(this.core), process.execPath, ...args] };
  }

  /** Moves a running process, all its threads, to the core. False if that could not be done. */
  pin(pid: number | undefined): boolean {
    if (this.core === undefined || pid === undefined) return false;
    return taskset("-acp", String(this.core), String(pid)) !== undefined;
  }
}

function taskset(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("taskset", args, { encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}
