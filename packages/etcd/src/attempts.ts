import type { Clock } from "@holdfast/core";
import type { Lease } from "./lease.ts";

/** One acquire that was sent. */
export interface Attempt {
  readonly lease: Lease;
  /** Resolves, with its answer or its timeout, with whether the server has answered. */
  readonly isAnswered: Promise<boolean>;
}

/** Enough for every unknown outcome that core takes on at once. */
const KEPT_COUNT_MAX = 10_000;
/** As long as a request may be under way inside the process, and longer than one waits for an answer. */
const KEPT_MS = 60_000;

/**
 * What this process knows of its own acquires: whether one may still arrive at the server, and which are
 * not to be sent any more because they were released in doubt.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #open = new Map<string, Attempt>();
  /** Holders, with when to forget them. */
  readonly #answered = new Map<string, number>();
  readonly #refused = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Holders that are remembered, one way or another. */
  get size(): number {
    return this.#open.size + this.#answered.size + this.#refused.size;
  }

  /** The server has answered the last request of this holder: nothing of it can arrive later. */
  isAnswered(holderId: string): boolean {
    return this.#answered.has(holderId);
  }

  of(holderId: string): Attempt | undefined {
    return this.#open.get(holderId);
  }

  /** Follows a request until it is answered. One without an answer is kept, to be released in doubt. */
  track(holderId: string, lease: Lease, answer: Promise<unknown>): void {
    const isAnswered = answer.then(
      () => true,
      (error: { readonly outcome?: unknown }) => error.outcome === "not-applied",
    );
    this.#open.set(holderId, { lease, isAnswered });
    forgetOldest(this.#open, () => false);
    this.#answered.delete(holderId);
    void isAnswered.then((isIt) => {
      if (isIt) this.#settle(holderId);
    });
  }

  #settle(holderId: string): void {
    this.#open.delete(holderId);
    this.#remember(this.#answered, holderId);
  }

  /** Nothing of it is left, nor can come. */
  forget(holderId: string): void {
    this.#open.delete(holderId);
    this.#answered.delete(holderId);
  }

  /** This holder gave up: a request of it that has not been sent yet never will be. */
  refuse(holderId: string): void {
    this.#remember(this.#refused, holderId);
  }

  isRefused(holderId: string): boolean {
    return this.#refused.has(holderId);
  }

  #remember(kept: Map<string, number>, holderId: string): void {
    const nowMs = this.#clock.monotonicMs();
    kept.delete(holderId);
    kept.set(holderId, nowMs + KEPT_MS);
    forgetOldest(kept, (untilMs) => untilMs <= nowMs);
  }
}

/** In the order in which they came: those that are over, and the oldest of too many, which was dealt with long ago. */
function forgetOldest<Kept>(kept: Map<string, Kept>, isOver: (entry: Kept) => boolean): void {
  for (const [holderId, entry] of kept) {
    if (kept.size <= KEPT_COUNT_MAX && !isOver(entry)) return;
    kept.delete(holderId);
  }
}
