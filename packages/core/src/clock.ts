import { uptime } from "node:os";

/**
 * The only door to time in the libraries. Everything that reads a clock or sets a timer takes a
 * `Clock`, so tests and the simulation can own time; the system's is the default.
 */
export interface Clock {
  /** Milliseconds that never run backwards, from an arbitrary origin. May stand still in suspend. */
  monotonicMs(): number;
  /** Milliseconds since the epoch. For display and hints; it never decides a validity alone. */
  wallMs(): number;
  /** Milliseconds since the machine started, suspend included. Costs microseconds: ask seldom. */
  bootMs(): number;
  /**
   * Calls `callback` once, `delayMs` (0 or more, any length) from now or later. A timer keeps the
   * process alive unless `ref` is false. Cancelling twice, or after it fired, does nothing.
   */
  setTimer(delayMs: number, callback: () => void, options?: { readonly ref?: boolean }): Timer;
}

/** A pending timer of a {@link Clock}. */
export interface Timer {
  cancel(): void;
}

/** Longest delay that the platform's timers take; a longer one fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void, ref: boolean) {
    this.#handle = this.#arm(delayMs, callback, ref);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  /** Delays beyond the platform's limit are walked in steps. */
  #arm(delayMs: number, callback: () => void, ref: boolean): NodeJS.Timeout {
    const handle =
      delayMs <= TIMER_MS_MAX
        ? setTimeout(callback, delayMs)
        : setTimeout(() => {
            this.#handle = this.#arm(delayMs - TIMER_MS_MAX, callback, ref);
          }, TIMER_MS_MAX);
    if (!ref) handle.unref();
    return handle;
  }
}

/** The machine's own clocks and timers. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  bootMs: () => uptime() * 1000,
  setTimer: (delayMs, callback, options) =>
    new SystemTimer(delayMs, callback, options?.ref ?? true),
};
