import type { Clock, Timer } from "../clock.ts";

/** A timer this late was kept from firing by a busy event loop, in milliseconds. */
const LATE_MS_MIN = 5;
/** How often the wait is made longer: a loop that is always late must not wait for ever. */
const EXTENSIONS_MAX = 3;

/**
 * A timer for answers of others. After a busy loop the answers that have long arrived are read only after the
 * timers, so one that fires late waits as long again as it was late before it blames anybody.
 */
export function startPatientTimer(clock: Clock, delayMs: number, callback: () => void): Timer {
  let extensions = 0;
  let timer: Timer;
  const start = (ms: number): void => {
    const dueMs = clock.monotonicMs() + ms;
    timer = clock.setTimer(ms, () => {
      const lateMs = clock.monotonicMs() - dueMs;
      extensions += 1;
      if (lateMs < LATE_MS_MIN || extensions > EXTENSIONS_MAX) callback();
      else start(Math.min(lateMs, delayMs));
    });
  };
  start(delayMs);
  return { cancel: () => timer.cancel() };
}
