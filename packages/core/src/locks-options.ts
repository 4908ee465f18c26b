import type { Clock } from "./clock.ts";
import type { LockProvider } from "./provider.ts";
import type { Random } from "./random.ts";

/** Bounds on what one `Locks` keeps. Passing one is `LIMIT_EXCEEDED`, never a silent drop. */
export interface Limits {
  /** Pending acquires of one name. Default 100,000. */
  readonly waitersPerNameMax?: number;
  /** Pending acquires in all. Default 200,000. */
  readonly waitersMax?: number;
  /** Leases held at once. Default 100,000. */
  readonly leasesMax?: number;
  /**
   * Unknown outcomes being made good, from which on nothing new is asked for; what is under way then
   * may still add to them. Default 10,000.
   */
  readonly inDoubtMax?: number;
}

/** What `createLocks` takes. Times are milliseconds. */
export interface LocksOptions<Provider extends LockProvider = LockProvider> {
  readonly provider: Provider;
  /** How long a lock outlives a holder that vanished. Default 10,000. */
  readonly ttlMs?: number;
  /** The largest ttl that any call may ask for. Default 600,000. */
  readonly ttlMsMax?: number;
  /** How long `acquire` waits, 0 or more; 0 is one attempt. Default: for ever. */
  readonly waitMs?: number | undefined;
  /**
   * How long `acquire` goes on when the backend gives no answer at all, from the first attempt that
   * brought none. An attempt under way is bounded by the provider. Default `ttlMs`.
   */
  readonly unavailableMs?: number;
  /** Renew leases in the background. Default true. */
  readonly renew?: boolean;
  /** Stop renewing a lease this long after it began. Default: never. */
  readonly maxHoldMs?: number | undefined;
  /** Shown by `inspect`; at most 200 bytes. Default host name and process id. */
  readonly description?: string;
  /** Allowance for clocks that run at different rates. Default 1 % of the validity plus 2. */
  readonly driftMs?: number;
  /** Allowance for late timers. Default 1 % of the validity, at least 5. */
  readonly marginMs?: number;
  /**
   * How often in a row a released lease may be handed to a waiter of this process before other
   * processes get their turn, 0 to 63. Default 16; 0 is strict order over all processes.
   */
  readonly localHandoffMax?: number;
  /** As `localHandoffMax`, in time. Default `ttlMs`. */
  readonly localHandoffMaxMs?: number;
  /** How long `release` waits for the backend before it answers `unknown`. Default 5,000. */
  readonly releaseTimeoutMs?: number;
  /** Shortest delay between attempts where the backend cannot notify. Default 10. */
  readonly backoffMsMin?: number;
  /** Longest such delay. Default 100, or `backoffMsMin` if that is more. */
  readonly backoffMsMax?: number;
  readonly limits?: Limits;
  /** Added to every fencing token, to move a resource to a backend whose tokens are lower. */
  readonly fenceBase?: bigint;
  /** Refuse a provider without fencing tokens. Default false. */
  readonly requireFencing?: boolean;
  /** Must be the provider's own. Default: the provider's, else the system's. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** What a single `tryAcquire` may say differently from `createLocks`. */
export interface TryAcquireOptions {
  readonly ttlMs?: number | undefined;
  /** Ends the waiting, never the lease. Aborted when given: nothing is sent. */
  readonly signal?: AbortSignal | undefined;
  readonly renew?: boolean | undefined;
  readonly maxHoldMs?: number | undefined;
  readonly description?: string | undefined;
}

/** What a single `acquire` or `using` may say differently from `createLocks`. */
export interface AcquireOptions extends TryAcquireOptions {
  readonly waitMs?: number | undefined;
}

/** Which holding `breakLock` ends: the one that `inspect` showed, or whichever there is. */
export type BreakOptions =
  | { readonly incarnation: string; readonly force?: boolean }
  | { readonly any: true; readonly force?: boolean };
