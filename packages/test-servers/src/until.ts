import { setTimeout as sleep } from "node:timers/promises";

/** Small enough that a server ready in 40 ms is noticed at once, large enough not to spin. */
const POLL_INTERVAL_MS = 5;
const TIMEOUT_MS_DEFAULT = 30_000;

/**
 * Waits until a condition holds, and rejects when it does not within the bound.
 *
 * The condition is asked again every few milliseconds, one question at a time. A condition that
 * throws is a defect of the test and rejects at once. `timeoutMs` defaults to 30 000.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number = TIMEOUT_MS_DEFAULT,
): Promise<void> {
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs <= timeoutMs) {
    if (await condition()) return;
    await sleep(POLL_INTERVAL_MS);
  }
  throw new Error(`Not within ${timeoutMs} ms: ${what}`);
}
