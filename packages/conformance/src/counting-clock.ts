import { type Clock, systemClock, type Timer } from "@holdfast/core";

/** The system's clock, counting the timers that are still to fire. */
export class CountingClock implements Clock {
  /** Each pending timer, and whether it keeps the process alive. */
  readonly #pending = new Map<Timer, boolean>();

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Those that keep the process alive. */
  get refCount(): number {
    return [...this.#pending.values()].filter((isRef) => isRef).length;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  wallMs(): number {
    return systemClock.wallMs();
  }

  bootMs(): number {
    return systemClock.bootMs();
  }

  setTimer(delayMs: number, callback: () => void, options?: { readonly ref?: boolean }): Timer {
    const inner = systemClock.setTimer(
      delayMs,
      () => {
        this.#pending.delete(timer);
        callback();
      },
      options,
    );
    const timer: Timer = {
      cancel: () => {
        this.#pending.delete(timer);
        inner.cancel();
      },
    };
    this.#pending.set(timer, options?.ref ?? true);
    return timer;
  }
}
