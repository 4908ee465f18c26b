import type { Clock } from "@holdfast/core";

/** Calls in flight at once: more would only wait for each other on the server, past their timeouts. */
const IN_FLIGHT_MAX = 256;
/** How long a call waits for one of those, in timeouts: a server that answers slowly gets through many. */
const WAITED_TIMEOUTS_MAX = 4;
/** Calls that wait for one of those; one more is refused. */
const WAITING_MAX = 65_536;

interface Waiting {
  readonly sinceMs: number;
  readonly resolve: (isTaken: boolean) => void;
}

/** Bounds how many calls are in flight; the others wait in their order, and not for ever. */
export class Slots {
  readonly #clock: Clock;
  readonly #waitedMsMax: number;
  readonly #waiting: Waiting[] = [];
  #firstIndex = 0;
  #takenCount = 0;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#waitedMsMax = WAITED_TIMEOUTS_MAX * timeoutMs;
  }

  /** True when there was one; otherwise wait for it. */
  take(): boolean {
    if (this.#takenCount >= IN_FLIGHT_MAX) return false;
    this.#takenCount += 1;
    return true;
  }

  /** False when there was none in time. Slots come free with the timeouts of those that have them. */
  wait(): Promise<boolean> {
    if (this.#waiting.length - this.#firstIndex >= WAITING_MAX) return Promise.resolve(false);
    const sinceMs = this.#clock.monotonicMs();
    return new Promise((resolve) => this.#waiting.push({ sinceMs, resolve }));
  }

  free(): void {
    const nowMs = this.#clock.monotonicMs();
    for (let next = this.#shift(); next !== undefined; next = this.#shift()) {
      const isInTime = nowMs - next.sinceMs < this.#waitedMsMax;
      next.resolve(isInTime);
      if (isInTime) return;
    }
    this.#takenCount -= 1;
  }

  #shift(): Waiting | undefined {
    const next = this.#waiting[this.#firstIndex];
    if (next === undefined) return undefined;
    this.#firstIndex += 1;
    if (this.#firstIndex === this.#waiting.length || this.#firstIndex > IN_FLIGHT_MAX) {
      this.#waiting.splice(0, this.#firstIndex);
      this.#firstIndex = 0;
    }
    return next;
  }
}
