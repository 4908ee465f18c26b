import type { Random } from "./random.ts";

/** A backend that says "now" every time must not make a hot loop. */
const DELAY_MS_MIN = 1;

/**
 * Delays between attempts that grow and differ from one process to the next: decorrelated jitter,
 * `min(max, uniform(min, 3 × previous))`.
 *
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export class Backoff {
  readonly #msMin: number;
  readonly #msMax: number;
  readonly #random: Random;
  #previousMs: number;

  constructor(msMin: number, msMax: number, random: Random) {
    this.#msMin = msMin;
    this.#msMax = msMax;
    this.#random = random;
    this.#previousMs = msMin;
  }

  /** The next delay; not beyond `boundMs`, the time at which the lock ends by itself, but 1 ms. */
  nextMs(boundMs: number = Number.POSITIVE_INFINITY): number {
    const reachMs = this.#previousMs * 3 - this.#msMin;
    const delayMs = Math.min(this.#msMax, this.#msMin + this.#random.fraction() * reachMs);
    this.#previousMs = delayMs;
    return Math.max(DELAY_MS_MIN, Math.min(delayMs, boundMs));
  }
}
