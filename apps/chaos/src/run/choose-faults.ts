import type { Fault } from "../fault.ts";
import type { Ground } from "../ground.ts";
import type { Subject } from "../subject.ts";

/** A fault that a run does without, and why. */
export interface LeftOut {
  readonly id: string;
  readonly why: string;
}

export interface Choice {
  readonly faults: readonly Fault[];
  readonly leftOut: readonly LeftOut[];
}

interface Wanted {
  readonly known: readonly Fault[];
  /** Undefined: all that no promise excludes. */
  readonly asked: readonly Fault[] | undefined;
}

/** Of the faults asked for, or of all that no promise excludes, those that can be done to a ground and a subject. */
export function chooseFaults(
  ground: Ground,
  subject: Pick<Subject, "isOnTargetClock">,
  { known, asked }: Wanted,
): Choice {
  const faults: Fault[] = [];
  const leftOut: LeftOut[] = [];
  for (const fault of asked ?? known) {
    const isAsked = asked !== undefined;
    const applies = fault.appliesTo(ground);
    // What is for other backends is missing here only to who asked for it.
    if (applies === false && !isAsked) continue;
    const isSeen = fault.movesTargetClock !== true || subject.isOnTargetClock === true;
    const why = isSeen ? whyNot(fault, applies, isAsked) : "this library looks at other clocks";
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
