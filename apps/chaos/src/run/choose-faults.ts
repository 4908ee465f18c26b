import type { Fault } from "../fault.ts";
import type { Ground } from "../ground.ts";

/** A fault that a run does without, and why. */
export interface LeftOut {
  readonly id: string;
  readonly why: string;
}

export interface Choice {
  readonly faults: readonly Fault[];
  readonly leftOut: readonly LeftOut[];
}

/** Of the faults asked for, or of all that no promise excludes, those that can be done to a ground. */
export function chooseFaults(
  ground: Ground,
  known: readonly Fault[],
  asked: readonly Fault[] | undefined,
): Choice {
  const faults: Fault[] = [];
  const leftOut: LeftOut[] = [];
  for (const fault of asked ?? known) {
    const { id } = fault;
    const applies = fault.appliesTo(ground);
    // What is for other backends is not missing here.
    if (applies === false) continue;
    if (applies !== true) leftOut.push({ id, why: applies });
    else if (asked === undefined && fault.leftOut !== undefined)
      leftOut.push({ id, why: fault.leftOut });
    else faults.push(fault);
  }
  return { faults, leftOut };
}
