/** Nanoseconds in a millisecond: true time is counted in whole nanoseconds. */
export const NS_PER_MS = 1_000_000;

export function nsOf(milliseconds: number): number {
  return Math.round(milliseconds * NS_PER_MS);
}
