/** Shortest ttl: sessions cannot be told apart from slow ones below it. */
export const TTL_MS_MIN = 1_000;
/** Longest ttl, 2^17 seconds, a day and a half. */
export const TTL_MS_MAX = 131_072_000;

/**
 * The ttl rounded up to a power of two of seconds, in milliseconds. A session has one idle timeout, so
 * locks share a session by class, and classes keep the sessions of a process few.
 */
export function ttlClassMs(ttlMs: number): number {
  let classMs = TTL_MS_MIN;
  while (classMs < ttlMs) classMs *= 2;
  return classMs;
}
