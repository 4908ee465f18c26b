import type { Clock } from "./clock.ts";

/** A gap between boot and monotonic time counts as suspend from here; below it is rounding. */
const SUSPEND_MS_MIN = 50;

/**
 * Elapsed time with suspend counted.
 *
 * A monotonic clock stands still while the machine sleeps, and a lease does not. The boot clock
 * counts sleep but costs microseconds, so it is read on every tick, by `assertValid`, and whenever
 * the wall clock moved away from the monotonic one, which is what a suspend looks like from inside.
 * The wall clock only triggers the look; it never decides.
 */
export class Elapsed {
  readonly #clock: Clock;
  readonly #originMs: number;
  #wallOffsetMs: number;
  #suspendedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    const monotonicMs = clock.monotonicMs();
    this.#originMs = clock.bootMs() - monotonicMs;
    this.#wallOffsetMs = clock.wallMs() - monotonicMs;
  }

  /**
   * Suspend seen so far. Read it before a request leaves: added to the request's `sentAtMs` it gives
   * a time that later readings of {@link nowMs} can be compared with, never too late.
   */
  get suspendedMs(): number {
    return this.#suspendedMs;
  }

  /** Elapsed time now, with the suspend that was seen. */
  nowMs(): number {
    return this.#clock.monotonicMs() + this.#suspendedMs;
  }

  /** Elapsed time now, after looking for suspend if the wall clock hints at one. */
  nowWatchfulMs(): number {
    const monotonicMs = this.#clock.monotonicMs();
    const wallOffsetMs = this.#clock.wallMs() - monotonicMs;
    if (Math.abs(wallOffsetMs - this.#wallOffsetMs) < SUSPEND_MS_MIN) {
      return monotonicMs + this.#suspendedMs;
    }
    return this.nowSampledMs();
  }

  /** Elapsed time now, after looking at the boot clock. */
  nowSampledMs(): number {
    const monotonicMs = this.#clock.monotonicMs();
    const gapMs = this.#clock.bootMs() - monotonicMs - this.#originMs;
    if (gapMs - this.#suspendedMs >= SUSPEND_MS_MIN) this.#suspendedMs = gapMs;
    this.#wallOffsetMs = this.#clock.wallMs() - monotonicMs;
    return monotonicMs + this.#suspendedMs;
  }
}
