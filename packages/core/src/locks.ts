import type { Lease, Ticket } from "./lease.ts";
import type { AcquireOptions, BreakOptions, TryAcquireOptions } from "./locks-options.ts";
import type { Capabilities, LockState } from "./provider.ts";

/** What `close` could not find out in its time: locks of these names may outlive it by their ttl. */
export interface CloseReport {
  readonly inDoubt: readonly string[];
}

/** Locks on one backend. Made by `createLocks`; share one per backend and process. */
export interface Locks<Token extends bigint | undefined = bigint | undefined>
  extends AsyncDisposable {
  /** The provider's facts as they hold here: `fair` only with `localHandoffMax: 0`. */
  readonly capabilities: Capabilities;

  /**
   * Takes the lock, waiting for it in order. Does not time out by itself: give `waitMs` or `signal`,
   * which end the waiting and never the lease. Rejects WAIT_TIMEOUT, ABORTED, BACKEND_REJECTED
   * (permanent: do not try again), BACKEND_UNAVAILABLE or NO_QUORUM (no answer for `unavailableMs`),
   * LIMIT_EXCEEDED, PROVIDER_CLOSED; each with its `outcome`.
   */
  acquire(name: string, options?: AcquireOptions): Promise<Lease<Token>>;

  /**
   * One attempt. Undefined means that somebody else holds it or this process has waiters for it.
   * Rejects when the backend gave no usable answer.
   */
  tryAcquire(name: string, options?: TryAcquireOptions): Promise<Lease<Token> | undefined>;

  /**
   * Runs `work` with the lock held and renewed, and releases it after. Rejects with the work's own
   * error; with LEASE_LOST, the work's value in `error.result`, if the lease was known to be lost
   * before the work settled; and as `acquire` does. A failing release changes nothing.
   */
  using<Result>(
    name: string,
    work: (lease: Lease<Token>) => Result | PromiseLike<Result>,
    options?: AcquireOptions,
  ): Promise<Result>;

  /** What can be told of a lock without holding it. Rejects UNSUPPORTED where nothing can. */
  inspect(name: string): Promise<LockState>;

  /**
   * Takes a lock away from its holder: an operator's tool. The victim learns it at its next renewal,
   * and until its deadline both may believe that they hold; only fencing protects. True when it
   * ended exactly that holding.
   */
  breakLock(name: string, target: BreakOptions): Promise<boolean>;

  /** Continues a lease that was detached here or in another process. Rejects LEASE_LOST. */
  adopt(ticket: Ticket): Promise<Lease<Token>>;

  /** Resolves when the backend answers. */
  ping(): Promise<void>;

  /**
   * Refuses new calls and waiters with PROVIDER_CLOSED, releases what is held (its signals abort
   * with that reason), makes unknown outcomes good within `timeoutMs` (default 5,000) and disposes
   * the provider, which takes 100 ms more at most. Idempotent. A client that the user brought stays open.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<CloseReport>;
}
