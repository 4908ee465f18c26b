import type { Clock, Timer } from "./clock.ts";

/** Ticks in one limit: work is ended between one limit and one tick later. */
const TICKS_PER_LIMIT = 8;
/** Finished entries at the front that are kept before they are cut off. */
const FINISHED_MAX = 1_024;

/** One piece of work under a {@link TimeLimit}. */
export interface Limited {
  readonly onEnd: () => void;
  readonly endsAtTick: number;
  isDone: boolean;
}

/**
 * Bounds many pieces of work by the same time with one timer and without reading a clock: time is
 * counted in ticks of the timer. The limit being the same for all, they end in the order they began.
 */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #running: Limited[] = [];
  #firstIndex = 0;
  #tick = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#tickMs = Math.ceil(limitMs / TICKS_PER_LIMIT);
  }

  /** Calls `onEnd` unless the work is finished within the limit. */
  start(onEnd: () => void): Limited {
    const limited = { onEnd, endsAtTick: this.#tick + TICKS_PER_LIMIT + 1, isDone: false };
    this.#running.push(limited);
    if (this.#timer === undefined) this.#arm();
    return limited;
  }

  finish(limited: Limited): void {
    limited.isDone = true;
    while (this.#running[this.#firstIndex]?.isDone) this.#firstIndex += 1;
    if (this.#firstIndex === this.#running.length || this.#firstIndex > FINISHED_MAX) {
      this.#running.splice(0, this.#firstIndex);
      this.#firstIndex = 0;
    }
    if (this.#running.length === 0) this.#disarm();
  }

  /** Drops the timer; what still runs is no longer bounded. */
  stop(): void {
    this.#disarm();
    this.#running.length = 0;
    this.#firstIndex = 0;
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Keeps the process alive: somebody awaits what runs here. */
  #arm(): void {
    this.#timer = this.#clock.setTimer(this.#tickMs, () => this.#onTick(), { ref: true });
  }

  #onTick(): void {
    this.#timer = undefined;
    this.#tick += 1;
    for (
      let first = this.#running[this.#firstIndex];
      first;
      first = this.#running[this.#firstIndex]
    ) {
      if (first.endsAtTick > this.#tick) {
        this.#arm();
        return;
      }
      const { onEnd } = first;
      this.finish(first);
      onEnd();
    }
  }
}
