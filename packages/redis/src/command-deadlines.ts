import type { Clock, Timer } from "@holdfast/core";

/** A command without a reply yet. */
export interface PendingCommand {
  readonly sentAtMs: number;
  readonly isSettled: boolean;
  /** Called once, when the deadline passed first. */
  expire(): void;
}

/** A timer that fires later than that shows that this process stood still, in milliseconds. */
const LATE_MS_MIN = 50;
/** Settled entries kept before the queue is compacted. */
const SETTLED_KEPT_MAX = 1_024;

/**
 * Our own timeout on every command. All have the same length, so the order of sending is the order of
 * deadlines: a first-in-first-out list and one timer, which is armed for the oldest and left to fire
 * even when its command was answered. A command costs a push and a shift, never a timer of its own.
 *
 * After a process stood still its timers fire before the answers are read that came meanwhile: such a timer
 * waits once more, as long as it was late.
 */
export class CommandDeadlines {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #pending: PendingCommand[] = [];
  /** Index of the oldest unsettled entry; the ones before it are done. */
  #oldest = 0;
  #timer: Timer | undefined;
  /** When it should fire, and whether it waits once more. */
  #dueAtMs = 0;
  #isAgain = false;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  add(command: PendingCommand): void {
    this.#pending.push(command);
    if (this.#timer === undefined) this.#arm(this.#timeoutMs);
  }

  /** To be called after an entry was settled. Replies come in order, so it is mostly the oldest. */
  settled(): void {
    const pending = this.#pending;
    while (this.#oldest < pending.length && pending[this.#oldest]?.isSettled) this.#oldest += 1;
    if (this.#oldest === pending.length) {
      pending.length = 0;
      this.#oldest = 0;
    } else if (this.#oldest > SETTLED_KEPT_MAX && this.#oldest * 2 > pending.length) {
      this.#pending = pending.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /** Ends the timer; what is pending no longer expires. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#dueAtMs = this.#clock.monotonicMs() + delayMs;
    // Not kept alive for: the socket does that, and an answered command leaves its timer behind.
    this.#timer = this.#clock.setTimer(delayMs, () => this.#fire(), { ref: false });
  }

  #fire(): void {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = nowMs - this.#dueAtMs;
    const isPending = this.#oldest < this.#pending.length;
    this.#isAgain = isPending && lateMs >= LATE_MS_MIN && !this.#isAgain;
    if (this.#isAgain) {
      this.#arm(Math.min(lateMs, this.#timeoutMs));
      return;
    }
    const due = this.#pending.slice(this.#oldest);
    for (const command of due) {
      if (command.isSettled) continue;
      if (command.sentAtMs + this.#timeoutMs > nowMs) break;
      command.expire();
    }
    // Until here: what is sent meanwhile is not the oldest, so it must not arm the timer.
    this.#timer = undefined;
    this.settled();
    const next = this.#pending[this.#oldest];
    if (next !== undefined) {
      this.#arm(Math.max(1, next.sentAtMs + this.#timeoutMs - nowMs));
    }
  }
}
