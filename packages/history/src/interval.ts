/** From `startNs` until just before `endNs`. */
export interface Interval {
  readonly startNs: number;
  readonly endNs: number;
}

/** The stretches that any of the intervals covers: disjoint, in order. */
export function merged(intervals: readonly Interval[]): readonly Interval[] {
  const union: Interval[] = [];
  for (const next of [...intervals].sort((one, other) => one.startNs - other.startNs)) {
    const last = union.at(-1);
    if (last === undefined || last.endNs < next.startNs) union.push(next);
    else if (last.endNs < next.endNs) union[union.length - 1] = { ...last, endNs: next.endNs };
  }
  return union;
}
