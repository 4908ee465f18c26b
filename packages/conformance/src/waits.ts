import assert from "node:assert/strict";
import { systemClock } from "@holdfast/core";

/** How often a condition is read again. */
const POLL_MS = 5;

/** Milliseconds of the monotonic clock that a provider's `sentAtMs` counts on. */
export function nowMs(): number {
  return systemClock.monotonicMs();
}

/** Resolves after `delayMs`. For holding a lock for a while; never to wait for a condition. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock.setTimer(delayMs, resolve);
  });
}

/** Resolves once every callback that is due by now has run. */
export function nextTurn(): Promise<void> {
  return pause(0);
}

/** Keeps the event loop busy, as a long computation or a garbage collection does. */
export function stall(durationMs: number): void {
  const endMs = nowMs() + durationMs;
  while (nowMs() < endMs);
}

/** The promise's own result when it settles within `boundMs`, else an assertion error. */
export async function settlesWithin<T>(
  boundMs: number,
  what: string,
  promise: PromiseLike<T>,
): Promise<T> {
  const { promise: late, reject } = withReject();
  const timer = systemClock.setTimer(boundMs, () =>
    reject(new assert.AssertionError({ message: `${what}: not within ${boundMs} ms` })),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.cancel();
  }
}

/** Resolves when `condition` is true; an assertion error when it is not within `boundMs`. */
export async function eventually(
  boundMs: number,
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const endMs = nowMs() + boundMs;
  while (!(await condition())) {
    assert.ok(nowMs() < endMs, `${what}: not within ${boundMs} ms`);
    await pause(POLL_MS);
  }
}

/** Resolves when the signal is aborted; an assertion error when it is not within `boundMs`. */
export function aborts(boundMs: number, what: string, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return settlesWithin(boundMs, what, aborted);
}

function withReject(): { promise: Promise<never>; reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_, rejectPromise) => {
    reject = rejectPromise;
  });
  return { promise, reject };
}
