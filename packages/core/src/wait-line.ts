import { events } from "./events.ts";
import type { HeldLease } from "./held-lease.ts";
import { LockError, type LockErrorCode, type LockErrorOptions } from "./lock-error.ts";
import type { AcquireSettings, Settings } from "./settings.ts";
import { Waiter, type WaiterKind } from "./waiter.ts";

/** What a {@link WaitLine} needs from the queue it belongs to. */
export interface WaitLineHost {
  readonly name: string;
  readonly settings: Settings;
  /** What to tell somebody who stops waiting about the request that goes on, or the last answer. */
  trouble(): LockErrorOptions;
  /** Nobody waits any more: the request to the backend has lost its purpose. */
  emptied(): void;
  /** Counts every pending acquire, over all names. */
  count(change: 1 | -1): void;
}

/**
 * The pending acquires of one name in the order they came. Joining, leaving and being granted are
 * O(1) wherever the waiter stands; abort, deadline and grant each leave no timer and no listener.
 */
export class WaitLine {
  readonly #host: WaitLineHost;
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #size = 0;

  constructor(host: WaitLineHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Who is next. A waiter whose signal aborted in this very tick has left, even though its listener
   * has not run: abort wins over a grant.
   */
  first(): Waiter | undefined {
    while (this.#first?.isAborted) this.#abort(this.#first);
    return this.#first;
  }

  add(kind: WaiterKind, settings: AcquireSettings): Waiter {
    const { elapsed } = this.#host.settings;
    const startedMs = events.wait.hasSubscribers ? elapsed.nowMs() : undefined;
    const waiter = new Waiter(kind, settings, startedMs);
    const waitMs = kind === "wait" ? settings.waitMs : undefined;
    if (waitMs !== undefined || settings.signal !== undefined) this.#watch(waiter, waitMs);
    waiter.previous = this.#last;
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#size += 1;
    this.#host.count(1);
    return waiter;
  }

  /** Ends a wait with what it waited for, or with undefined for a `try` that found it held. */
  serve(waiter: Waiter, lease: HeldLease | undefined): void {
    this.#remove(waiter);
    this.#publish(waiter, undefined);
    waiter.resolve(lease);
  }

  /** Ends a wait with an error. */
  refuse(waiter: Waiter, error: LockError): void {
    this.#remove(waiter);
    this.#publish(waiter, error.code);
    waiter.reject(error);
  }

  /** Ends every wait for which `error` gives one. */
  refuseEach(error: (waiter: Waiter) => LockError | undefined): void {
    for (let waiter = this.#first; waiter !== undefined; ) {
      const { next } = waiter;
      const reason = error(waiter);
      if (reason !== undefined) this.refuse(waiter, reason);
      waiter = next;
    }
  }

  /** Ends a wait because its time is over; `trouble` says what the backend was doing meanwhile. */
  timeOut(waiter: Waiter): void {
    const { waitMs } = waiter.settings;
    if (waiter.isAborted) this.#abort(waiter);
    else
      this.#stop(waiter, {
        code: "WAIT_TIMEOUT",
        words: `was not granted within ${waitMs ?? 0} ms`,
      });
  }

  #abort(waiter: Waiter): void {
    const cause: unknown = waiter.settings.signal?.reason;
    this.#stop(waiter, {
      code: "ABORTED",
      words: "is not wanted any more: the signal aborted",
      cause,
    });
  }

  /** The caller leaves; only the last one to leave can have something of its own in flight. */
  #stop(
    waiter: Waiter,
    reason: { readonly code: LockErrorCode; readonly words: string; readonly cause?: unknown },
  ): void {
    const { name } = this.#host;
    const trouble = this.#host.trouble();
    const error = new LockError(reason.code, `lock ${JSON.stringify(name)} ${reason.words}`, {
      ...trouble,
      lockName: name,
      outcome: this.#size === 1 ? trouble.outcome : "not-applied",
      cause: reason.cause ?? trouble.cause,
    });
    this.refuse(waiter, error);
    if (this.#size === 0) this.#host.emptied();
  }

  #watch(waiter: Waiter, waitMs: number | undefined): void {
    const { clock } = this.#host.settings;
    const timer =
      waitMs === undefined ? undefined : clock.setTimer(waitMs, () => this.timeOut(waiter));
    waiter.watch(timer, () => this.#abort(waiter));
  }

  #remove(waiter: Waiter): void {
    waiter.unwatch();
    const { previous, next } = waiter;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    this.#size -= 1;
    this.#host.count(-1);
  }

  #publish(waiter: Waiter, code: LockErrorCode | undefined): void {
    if (waiter.startedMs === undefined) return;
    const { name, settings } = this.#host;
    events.wait.publish({
      name,
      provider: settings.provider.name,
      waitedMs: settings.elapsed.nowMs() - waiter.startedMs,
      ...(code === undefined ? {} : { code }),
    });
  }
}
