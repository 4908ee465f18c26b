import type { Clock } from "./clock.ts";

/** A gap between boot and monotonic time counts as suspend from here; below it is rounding. */
const SUSPEND_MS_MIN = 50;

/** Suspends that are told apart; no request is under way for as many. */
const SUSPENDS_MAX = 64;

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
  /** Each suspend that was noticed, oldest first, with all of them until then in `totalMs`. */
  readonly #suspends: { readonly totalMs: number; readonly noticedAtMs: number }[] = [];
  #forgottenMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    const monotonicMs = clock.monotonicMs();
    this.#originMs = clock.bootMs() - monotonicMs;
    this.#wallOffsetMs = clock.wallMs() - monotonicMs;
  }

  /**
   * A reading of the monotonic clock as elapsed time. A suspend that was noticed after that reading may
   * have been after it too, so it does not count: a deadline counted from here is never too late.
   */
  at(monotonicMs: number): number {
    for (let index = this.#suspends.length - 1; index >= 0; index -= 1) {
      const suspend = this.#suspends[index];
      if (suspend !== undefined && suspend.noticedAtMs <= monotonicMs) {
        return monotonicMs + suspend.totalMs;
      }
    }
    return monotonicMs + this.#forgottenMs;
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
    if (gapMs - this.#suspendedMs >= SUSPEND_MS_MIN) this.#notice(gapMs, monotonicMs);
    this.#wallOffsetMs = this.#clock.wallMs() - monotonicMs;
    return monotonicMs + this.#suspendedMs;
  }

  #notice(totalMs: number, noticedAtMs: number): void {
    this.#suspendedMs = totalMs;
    this.#suspends.push({ totalMs, noticedAtMs });
    if (this.#suspends.length > SUSPENDS_MAX) {
      this.#forgottenMs = this.#suspends.shift()?.totalMs ?? 0;
    }
  }
}
