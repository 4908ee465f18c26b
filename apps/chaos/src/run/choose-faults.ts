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
    const isAsked = asked !== undefined;
    const applies = fault.appliesTo(ground);
    // What is for other backends is missing here only to who asked for it.
    if (applies === false && !isAsked) continue;
    const why = whyNot(fault, applies, isAsked);
    if (why === undefined) faults.push(fault);
    else leftOut.push({ id: fault.id, why });
  }
  return { faults, leftOut };
}

function whyNot(
  { leftOut }: Fault,
  applies: boolean | string,
  isAsked: boolean,
): string | undefined {
  if (applies === false) return "it is for other backends";
  if (applies !== true) return applies;
  return isAsked ? undefined : leftOut;
}
