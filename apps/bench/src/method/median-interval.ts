/** Where the true median lies, as far as the values can tell. */
export interface MedianInterval {
  readonly low: number;
  readonly high: number;
  /** Probability that the median is inside, 0 to 1. */
  readonly confidence: number;
}

/** What an interval is to be sure of. Fewer than 5 values cannot be: all of them then span it. */
const CONFIDENCE_MIN = 0.9;

/**
 * The interval of the median by the sign test, which assumes nothing about the distribution: each value
 * is as likely above the median as below. Of 8 values it is the second to the seventh, sure to 93 %.
 * Values must not be empty.
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  if (values.length === 0) throw new RangeError("values must hold at least one number");
  const sorted = values.toSorted((a, b) => a - b);
  const { left, confidence } = leftAtEachEnd(sorted.length);
  return {
    low: sorted[left] ?? Number.NaN,
    high: sorted[sorted.length - 1 - left] ?? Number.NaN,
    confidence,
  };
}

/** How many values may be left out at either end, and how sure the rest is. */
function leftAtEachEnd(count: number): { readonly left: number; readonly confidence: number } {
  // The chance that exactly `left` values lie below the median.
  let chance = 0.5 ** count;
  let confidence = 1 - 2 * chance;
  let left = 0;
  for (;;) {
    chance *= (count - left) / (left + 1);
    const narrower = confidence - 2 * chance;
    if (narrower < CONFIDENCE_MIN) return { left, confidence: Math.max(0, confidence) };
    confidence = narrower;
    left += 1;
  }
}
