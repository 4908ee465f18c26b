const NS_PER_MS = 1e6;
const DIGITS = 3;

/** A duration for people: `12.345 ms`. */
export function inMilliseconds(durationNs: number): string {
  return `${Number((durationNs / NS_PER_MS).toFixed(DIGITS))} ms`;
}
