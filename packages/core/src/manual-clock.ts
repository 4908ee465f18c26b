import type { Clock, Timer } from "./clock.ts";

/** A clock that moves only when told to, for tests of code that uses locks. */
export interface ManualClock extends Clock {
  /**
   * Moves all three clocks forward by `ms` (0 or more), firing due timers in order of their time.
   * Between two timers pending promises get to run, so that work a timer started can set the next.
   * Rejects after 100,000 timers.
   */
  advance(ms: number): Promise<void>;
  /** Moves the boot and wall clocks alone, as a sleeping machine does. Fires no timer. */
  suspend(ms: number): void;
  /** Moves all three clocks without firing a timer, as a process does that stood still. */
  stall(ms: number): void;
  /** Sets the wall clock alone, as an operator or a time server does. */
  setWall(wallMs: number): void;
  /** Timers that are set and have not fired. */
  readonly pendingTimers: number;
}

interface PendingTimer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Rounds of the microtask queue that `advance` lets pass around each timer. */
const SETTLE_ROUNDS = 50;

/** Timers that one `advance` fires; a timer that sets itself anew without delay would never end. */
const TIMERS_MAX = 100_000;

class TestClock implements ManualClock {
  readonly #timers = new Set<PendingTimer>();
  #monotonicMs = 0;
  #wallMs: number;
  #bootMs = 0;

  constructor(wallMs: number) {
    this.#wallMs = wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  bootMs(): number {
    return this.#bootMs;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer: PendingTimer = { atMs: this.#monotonicMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`advance takes 0 or more milliseconds, not ${ms}`);
    const endMs = this.#monotonicMs + ms;
    await settle();
    let firedCount = 0;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      firedCount += 1;
      if (firedCount > TIMERS_MAX)
        throw new Error(`a timer is set again and again at ${timer.atMs}`);
      this.#moveTo(timer.atMs);
      this.#timers.delete(timer);
      timer.callback();
      await settle();
    }
    this.#moveTo(endMs);
  }

  suspend(ms: number): void {
    this.#wallMs += ms;
    this.#bootMs += ms;
  }

  stall(ms: number): void {
    this.#moveTo(this.#monotonicMs + ms);
  }

  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  #next(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
    }
    return next;
  }

  #moveTo(atMs: number): void {
    const stepMs = Math.max(0, atMs - this.#monotonicMs);
    this.#monotonicMs += stepMs;
    this.#wallMs += stepMs;
    this.#bootMs += stepMs;
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) await Promise.resolve();
}

/**
 * A {@link ManualClock} that starts at 0 (wall clock: `wallMs`, default 2020-01-01). Give the same
 * one to `createLocks` and to the provider: with `memory({ clock })` a test of expiry takes no time.
 */
export function manualClock(options: { readonly wallMs?: number } = {}): ManualClock {
  return new TestClock(options.wallMs ?? 1_577_836_800_000);
}
