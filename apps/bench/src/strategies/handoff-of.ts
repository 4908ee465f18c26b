import type { LocksOptions } from "@holdfast/core";
import type { Target } from "../strategy.ts";

/** What `createLocks` is told about hand-off inside a process: nothing, unless the scenario asks. */
export function handoffOf({ localHandoffMax }: Target): Pick<LocksOptions, "localHandoffMax"> {
  return localHandoffMax === undefined ? {} : { localHandoffMax };
}
