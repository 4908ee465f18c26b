import { type Grant, LockError, type Outcome } from "@holdfast/core";
import { aborted, grantOf } from "./grant.ts";
import type { Hold, LockHost } from "./hold.ts";

/** One caller in the line for a lock: told once, by a grant, a fault or its own abort. */
export class Wait {
  readonly hold: Hold;
  readonly classMs: number;
  /** A try of it is on its way on the session that holds locks. */
  isTried = false;
  /** Ends the statement under way for it, while there is one. */
  cancel: (() => void) | undefined;
  readonly promise: Promise<Grant>;
  readonly #signal: AbortSignal;
  #resolve: ((grant: Grant) => void) | undefined;
  #reject: ((error: LockError) => void) | undefined;

  constructor(hold: Hold, classMs: number, signal: AbortSignal) {
    this.hold = hold;
    this.classMs = classMs;
    this.#signal = signal;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener("abort", this.#onAbort);
    hold.withdraw = this.#onAbort;
  }

  /** The caller has left: what is under way is undone. */
  get isOver(): boolean {
    return this.#resolve === undefined;
  }

  /** True while something of it may be on the server. */
  get isUnderWay(): boolean {
    return this.cancel !== undefined || this.isTried;
  }

  granted(host: LockHost, sentAtMs: number): void {
    const resolve = this.#resolve;
    this.#settle();
    resolve?.(grantOf(this.hold, host, sentAtMs));
  }

  failed(error: LockError): void {
    const reject = this.#reject;
    this.#settle();
    reject?.(error);
  }

  readonly #onAbort = (): void => {
    if (this.isOver) return;
    const outcome: Outcome = this.isUnderWay ? "unknown" : "not-applied";
    this.hold.isUnwanted = true;
    const { cancel } = this;
    this.failed(aborted(this.hold, outcome));
    cancel?.();
  };

  #settle(): void {
    this.#resolve = undefined;
    this.#reject = undefined;
    this.hold.withdraw = undefined;
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}

/** The error of one that waits while the provider closes. */
export function closedError({ name }: Hold): LockError {
  return new LockError("PROVIDER_CLOSED", "postgres: the provider is closed", { lockName: name });
}
