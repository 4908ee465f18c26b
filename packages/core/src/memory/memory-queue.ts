import type { Timer } from "../clock.ts";
import { LockError } from "../lock-error.ts";
import type { EnqueueRequest, Grant } from "../provider.ts";

interface Waiting {
  readonly request: EnqueueRequest;
  readonly resolve: (grant: Grant) => void;
  readonly reject: (error: LockError) => void;
  readonly onAbort: () => void;
}

/** Who waits for one name at the memory provider, in the order they came. */
export class MemoryQueue {
  /** A Map keeps its order and removes anywhere in O(1). */
  readonly #waiting = new Map<string, Waiting>();
  #timer: Timer | undefined;

  get size(): number {
    return this.#waiting.size;
  }

  get first(): EnqueueRequest | undefined {
    for (const { request } of this.#waiting.values()) return request;
    return undefined;
  }

  /** Resolves with the grant; rejects at once when the request's signal aborts. */
  join(request: EnqueueRequest, onLeave: () => void): Promise<Grant> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.remove(request.holderId);
        onLeave();
        const words = "the signal aborted while waiting";
        reject(new LockError("ABORTED", words, { lockName: request.name }));
      };
      this.#waiting.set(request.holderId, { request, resolve, reject, onAbort });
      request.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  serve(holderId: string, grant: Grant): void {
    this.#take(holderId)?.resolve(grant);
  }

  remove(holderId: string): void {
    this.#take(holderId);
  }

  /** Replaces the timer that looks after the present holder. */
  watch(timer: Timer | undefined): void {
    this.#timer?.cancel();
    this.#timer = timer;
  }

  close(error: LockError): void {
    this.watch(undefined);
    for (const { request } of this.#waiting.values()) this.#take(request.holderId)?.reject(error);
  }

  #take(holderId: string): Waiting | undefined {
    const waiting = this.#waiting.get(holderId);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(holderId);
    waiting.request.signal.removeEventListener("abort", waiting.onAbort);
    return waiting;
  }
}
