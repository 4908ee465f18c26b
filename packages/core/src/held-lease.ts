import { composeToken } from "./fencing-token.ts";
import type { Holding } from "./holding.ts";
import type { Lease, Ticket } from "./lease.ts";
import { LockError } from "./lock-error.ts";
import type { ReleaseOutcome } from "./provider.ts";
import type { Settings } from "./settings.ts";

/** What a lease asks of the queue it came from. */
export interface LeaseHost {
  readonly settings: Settings;
  renew(lease: HeldLease): Promise<number>;
  release(lease: HeldLease): Promise<ReleaseOutcome>;
  detach(lease: HeldLease): Ticket;
  /** The deadline has passed: ends the holding, which comes back as {@link HeldLease.end}. */
  expire(holding: Holding): void;
}

/** One caller's turn with a holding. */
export class HeldLease implements Lease {
  readonly name: string;
  readonly localIndex: number;
  readonly #host: LeaseHost;
  readonly #holding: Holding;
  readonly #serverToken: bigint | undefined;
  #state: "held" | "released" | "detached" | "lost" = "held";
  #loss: LockError | undefined;
  #controller: AbortController | undefined;
  #released: Promise<ReleaseOutcome> | undefined;

  constructor(host: LeaseHost, holding: Holding, localIndex: number) {
    this.#host = host;
    this.#holding = holding;
    this.name = holding.name;
    this.localIndex = localIndex;
    this.#serverToken = holding.serverToken;
  }

  /** Behind a getter, so that printing a lease does not print its holderId. */
  get holding(): Holding {
    return this.#holding;
  }

  get fencingToken(): bigint | undefined {
    if (this.#serverToken === undefined) return undefined;
    return composeToken(this.#serverToken, this.localIndex, this.#host.settings.fenceBase);
  }

  get ttlMs(): number {
    return this.#holding.grantedTtlMs;
  }

  /** Made when asked for: an AbortController costs more than the rest of a lease. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#loss !== undefined) this.#controller.abort(this.#loss);
    }
    return this.#controller.signal;
  }

  get validForMs(): number {
    if (this.#state !== "held") return 0;
    return Math.max(0, this.#holding.deadlineMs - this.#host.settings.elapsed.nowWatchfulMs());
  }

  /** The loss as known at this instant, latched if it is the deadline that has just passed. */
  get loss(): LockError | undefined {
    return this.#lossAt(this.#host.settings.elapsed.nowWatchfulMs());
  }

  assertValid(): void {
    if (this.#lossAt(this.#host.settings.elapsed.nowSampledMs())) throw this.#lossNow();
    if (this.#state !== "held") throw this.#notHeld();
  }

  renew(): Promise<number> {
    if (this.loss !== undefined) return Promise.reject(this.#lossNow());
    if (this.#state !== "held") return Promise.reject(this.#notHeld());
    return this.#host.renew(this);
  }

  release(): Promise<ReleaseOutcome> {
    if (this.#released === undefined) {
      if (this.#state === "held") {
        this.#state = "released";
        this.#released = this.#host.release(this);
      } else {
        this.#released = Promise.resolve("absent");
      }
    }
    return this.#released;
  }

  detach(): Ticket {
    this.assertValid();
    const ticket = this.#host.detach(this);
    this.#state = "detached";
    return ticket;
  }

  /**
   * Ends the lease without its holder's doing and tells the holder. `released` is the release that
   * goes on meanwhile, for callers that ask for one.
   */
  end(loss: LockError, released: Promise<ReleaseOutcome>): void {
    this.#state = "lost";
    this.#loss = loss;
    this.#released = released;
    this.#controller?.abort(loss);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #lossAt(nowMs: number): LockError | undefined {
    if (this.#state === "held" && nowMs >= this.#holding.deadlineMs)
      this.#host.expire(this.#holding);
    return this.#loss;
  }

  /** A new error per throw, so that the stack shows where the lease was found to be lost. */
  #lossNow(): LockError {
    const why = this.#loss?.why ?? "ended";
    return new LockError("LEASE_LOST", `lease of ${JSON.stringify(this.name)} was lost: ${why}`, {
      lockName: this.name,
      why,
      cause: this.#loss,
    });
  }

  #notHeld(): LockError {
    const why = this.#state;
    return new LockError("LEASE_LOST", `lease of ${JSON.stringify(this.name)} was ${why}`, {
      lockName: this.name,
      why,
    });
  }
}
