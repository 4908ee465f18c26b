import type { Lease } from "./lease.ts";

/** One acquire that was sent. */
export interface Attempt {
  readonly lease: Lease;
  /** Resolves, with its answer or its timeout, with whether the server has answered. */
  readonly isAnswered: Promise<boolean>;
}

/** Enough for every unknown outcome that core takes on at once. */
const KEPT_COUNT_MAX = 10_000;

/**
 * What this process knows of its own acquires: whether one may still arrive at the server, and which are
 * not to be sent any more because they were released in doubt.
 */
export class Attempts {
  readonly #open = new Map<string, Attempt>();
  readonly #answered = new Set<string>();
  readonly #refused = new Set<string>();

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
    bound(this.#open);
    this.#answered.delete(holderId);
    void isAnswered.then((isIt) => {
      if (isIt) this.#settle(holderId);
    });
  }

  #settle(holderId: string): void {
    this.#open.delete(holderId);
    this.#answered.add(holderId);
    bound(this.#answered);
  }

  /** Nothing of it is left, nor can come. */
  forget(holderId: string): void {
    this.#open.delete(holderId);
    this.#answered.delete(holderId);
  }

  /** This holder gave up: a request of it that has not been sent yet never will be. */
  refuse(holderId: string): void {
    this.#refused.add(holderId);
    bound(this.#refused);
  }

  isRefused(holderId: string): boolean {
    return this.#refused.has(holderId);
  }
}

/** The oldest goes: it was dealt with long ago. */
function bound(kept: Map<string, unknown> | Set<string>): void {
  if (kept.size <= KEPT_COUNT_MAX) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
