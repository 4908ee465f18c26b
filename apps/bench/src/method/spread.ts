/** A figure over all rounds. The median is the answer; the rest says how far to trust it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** The middle value, or the mean of the two middle ones. Values must not be empty. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("values must hold at least one number");
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return lower + (upper - lower) / 2;
}

/** Median, smallest and largest of one value per round. Values must not be empty. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: medianOf(values),
    min: Math.min(...values),
    max: Math.max(...values),
    rounds: values.length,
  };
}
