const MINUTE_SECONDS = 60;
/** Up to here seconds are easier to read than minutes. */
const SECONDS_MAX = 120;

/** A duration for a reader, rounded up: 44 s, 15 min. */
export function durationText(seconds: number): string {
  return seconds <= SECONDS_MAX
    ? `${Math.ceil(seconds)} s`
    : `${Math.ceil(seconds / MINUTE_SECONDS)} min`;
}
