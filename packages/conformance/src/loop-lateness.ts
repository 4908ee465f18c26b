import { systemClock, type Timer } from "@holdfast/core";

const TICK_MS = 2;

/**
 * How late this machine calls a timer. A loss is told by a timer, so a case that compares it with a
 * deadline must not blame the library for a loop that did not run.
 */
export class LoopLateness implements Disposable {
  #lateMsMax = 0;
  #dueMs = 0;
  #timer: Timer;

  constructor() {
    this.#timer = this.#arm();
  }

  /** The latest that any timer was so far, the one that is due now included. */
  get lateMsMax(): number {
    return Math.max(this.#lateMsMax, systemClock.monotonicMs() - this.#dueMs);
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  #arm(): Timer {
    this.#dueMs = systemClock.monotonicMs() + TICK_MS;
    return systemClock.setTimer(TICK_MS, () => {
      this.#lateMsMax = this.lateMsMax;
      this.#timer = this.#arm();
    });
  }
}
