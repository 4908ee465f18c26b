import type { Clock, Timer } from "@holdfast/core";

/** Something that waits for an answer. */
export interface Awaited {
  /** May move on: the time for a connection is not taken from that for an answer. */
  readonly beganAtMs: number;
  readonly isSettled: boolean;
  /** Called once, when the answer did not come in time. */
  expire(): void;
}

/** Settled entries kept before the list is compacted. */
const SETTLED_KEPT_MAX = 1_024;

/**
 * Our own timeout on every call. All have one length: a list and one timer, armed for the first end and left
 * to fire when its call was answered.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly timeoutMs: number;
  #awaited: Awaited[] = [];
  /** Index of the oldest unsettled entry. */
  #oldest = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.timeoutMs = timeoutMs;
  }

  add(awaited: Awaited): void {
    this.#compact();
    this.#awaited.push(awaited);
    this.#timer ??= this.#arm(this.timeoutMs);
  }

  /** Resolves as `answer` does, or to `late()` when it is not settled in time. */
  within<Value>(answer: Promise<Value>, late: () => Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      const awaited = {
        beganAtMs: this.#clock.monotonicMs(),
        isSettled: false,
        expire: () => resolve(late()),
      };
      this.add(awaited);
      answer.then(
        (value) => {
          awaited.isSettled = true;
          resolve(value);
        },
        (error) => {
          awaited.isSettled = true;
          reject(error);
        },
      );
    });
  }

  /** Ends the timer; what is awaited no longer expires. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#awaited = [];
    this.#oldest = 0;
  }

  #compact(): void {
    const awaited = this.#awaited;
    while (this.#oldest < awaited.length && awaited[this.#oldest]?.isSettled) this.#oldest += 1;
    if (this.#oldest === awaited.length) {
      awaited.length = 0;
      this.#oldest = 0;
    } else if (this.#oldest > SETTLED_KEPT_MAX && this.#oldest * 2 > awaited.length) {
      this.#awaited = awaited.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  #arm(delayMs: number): Timer {
    // The socket keeps the process alive, and an answered call leaves its timer behind.
    return this.#clock.setTimer(delayMs, () => this.#fire(), { ref: false });
  }

  #fire(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const awaited of this.#awaited.slice(this.#oldest)) {
      if (awaited.isSettled) continue;
      const leftMs = awaited.beganAtMs + this.timeoutMs - nowMs;
      if (leftMs <= 0) awaited.expire();
      else nextMs = Math.min(nextMs, leftMs);
    }
    this.#compact();
    if (nextMs === Number.POSITIVE_INFINITY || this.#timer !== undefined) return;
    this.#timer = this.#arm(Math.max(1, nextMs));
  }
}
