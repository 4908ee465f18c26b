import { type Clock, LockError } from "@holdfast/core";
import { classifyError, type Fault, faultError, overloaded, timedOut } from "./classify-error.ts";
import type { Endpoints } from "./endpoints.ts";
import type { CallOptions, EtcdClient } from "./etcd-client.ts";
import { Slots } from "./slots.ts";

/** What one try of a call gets. */
export interface Sending {
  readonly client: EtcdClient;
  readonly options: CallOptions;
  /** Called when the call has timed out: whatever is still open is to be cancelled. */
  onTimeout(cancel: () => void): void;
}

export interface Call<Response> {
  send(sending: Sending): Promise<Response>;
  readonly lockName?: string | undefined;
}

export interface Answer<Response> {
  readonly response: Response;
  /** By the monotonic clock, before anything was sent. */
  readonly sentAtMs: number;
}

/** A timer that fires later than that shows that this process stood still. */
const LATE_MS_MIN = 50;
/** Endpoints asked in one call, as long as it surely never left this process. */
const UNSENT_TRY_COUNT_MAX = 8;

/**
 * Sends calls with our own timeout, whatever the driver's are, and turns every failure into a LockError
 * that says whether the call may have taken effect. A call that never left is sent to the next endpoint;
 * one that may have arrived is never sent again here.
 */
export class Caller {
  readonly timeoutMs: number;
  readonly #endpoints: Endpoints;
  readonly #clock: Clock;
  readonly #slots: Slots;
  readonly #pending = new Set<() => void>();
  #isClosed = false;

  constructor(endpoints: Endpoints, clock: Clock, timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#slots = new Slots(clock, timeoutMs);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Rejects with a LockError within the timeout, and the time for which it may wait to be sent. */
  async run<Response>(call: Call<Response>): Promise<Answer<Response>> {
    this.assertOpen(call.lockName);
    // Loading the driver takes a while, once, and is no part of any answer's time.
    const client = await this.#endpoints.client();
    if (!this.#slots.take() && !(await this.#slots.wait())) {
      throw faultError(overloaded(), call.lockName);
    }
    try {
      return await this.#send(call, client);
    } finally {
      this.#slots.free();
    }
  }

  async #send<Response>(call: Call<Response>, first: EtcdClient): Promise<Answer<Response>> {
    let client = first;
    const sentAtMs = this.#clock.monotonicMs();
    const tryCountMax = Math.min(UNSENT_TRY_COUNT_MAX, this.#endpoints.count);
    for (let tryCount = 1; ; tryCount += 1) {
      this.assertOpen(call.lockName);
      const leftMs = sentAtMs + this.timeoutMs - this.#clock.monotonicMs();
      const outcome = await this.#try(call, client, Math.max(1, leftMs));
      if (!("fault" in outcome)) return { response: outcome.response, sentAtMs };
      const { fault } = outcome;
      if (fault.isTransient) this.#endpoints.failed(client);
      if (!fault.isUnsent || tryCount >= tryCountMax) throw faultError(fault, call.lockName);
      client = await this.#endpoints.client();
    }
  }

  assertOpen(lockName?: string): void {
    if (!this.#isClosed) return;
    throw new LockError("PROVIDER_CLOSED", "etcd: the provider is closed", { lockName });
  }

  /** Refuses new calls; those in flight settle as unknown. Closes what we opened. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#pending]) end();
    this.#endpoints.close();
  }

  /**
   * Settles once, by the driver or by our timer. An answer may have arrived while this process stood still, and
   * nobody has read it yet: then the call has its time once more.
   */
  #try<Response>(
    call: Call<Response>,
    client: EtcdClient,
    delayMs: number,
  ): Promise<{ readonly response: Response } | { readonly fault: Fault }> {
    const clock = this.#clock;
    return new Promise((resolve) => {
      const cancels: (() => void)[] = [];
      const settle = (outcome: { response: Response } | { fault: Fault }): void => {
        timer.cancel();
        this.#pending.delete(end);
        resolve(outcome);
      };
      const end = (): void => {
        settle({ fault: timedOut(this.timeoutMs) });
        for (const cancel of cancels) cancel();
      };
      const lateAtMs = clock.monotonicMs() + delayMs + LATE_MS_MIN;
      let timer = clock.setTimer(delayMs, () => {
        if (clock.monotonicMs() < lateAtMs) end();
        else timer = clock.setTimer(delayMs, end);
      });
      this.#pending.add(end);
      const onTimeout = (cancel: () => void): void => void cancels.push(cancel);
      const options = this.#endpoints.callOptions(clock.wallMs() + delayMs, onTimeout);
      call.send({ client, options, onTimeout }).then(
        (response) => settle({ response }),
        (error: unknown) => settle({ fault: classifyError(error) }),
      );
    });
  }
}
