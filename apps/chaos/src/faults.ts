import type { Fault } from "./fault.ts";
import { serverPaused } from "./faults/server-paused.ts";
import { workerKilled } from "./faults/worker-killed.ts";

/** Every fault that a run can draw, in the order of `--list`. */
export const faults: readonly Fault[] = [workerKilled, serverPaused];
