import type { Timer } from "./clock.ts";
import type { HeldLease } from "./held-lease.ts";
import type { AcquireSettings } from "./settings.ts";

/**
 * What a pending acquire does after a refusal: `try` resolves with undefined, `once` rejects
 * WAIT_TIMEOUT, `wait` goes on.
 */
export type WaiterKind = "try" | "once" | "wait";

/** One pending acquire, a link of its name's queue. */
export class Waiter {
  readonly kind: WaiterKind;
  readonly settings: AcquireSettings;
  /** When it began, if somebody listens to waits; read for nothing else. */
  readonly startedMs: number | undefined;
  readonly promise: Promise<HeldLease | undefined>;
  resolve!: (lease: HeldLease | undefined) => void;
  reject!: (error: Error) => void;
  /** When the backend first failed to answer since this began or since it last answered. */
  unansweredSinceMs: number | undefined = undefined;
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  #timer: Timer | undefined;
  #onAbort: (() => void) | undefined;

  constructor(kind: WaiterKind, settings: AcquireSettings, startedMs: number | undefined) {
    this.kind = kind;
    this.settings = settings;
    this.startedMs = startedMs;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** False when nothing but `close` can end this wait before its grant. */
  get canLeave(): boolean {
    return this.#timer !== undefined || this.#onAbort !== undefined;
  }

  /** True once the caller's signal aborted, even before its listeners ran. */
  get isAborted(): boolean {
    return this.settings.signal?.aborted === true;
  }

  /** Starts what can end the wait early. `timer` is the one that will call for WAIT_TIMEOUT. */
  watch(timer: Timer | undefined, onAbort: () => void): void {
    this.#timer = timer;
    if (this.settings.signal === undefined) return;
    this.#onAbort = onAbort;
    this.settings.signal.addEventListener("abort", onAbort, { once: true });
  }

  /** Leaves no timer and no listener behind. */
  unwatch(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#onAbort === undefined) return;
    this.settings.signal?.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }
}
