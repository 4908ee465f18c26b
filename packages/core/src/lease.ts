import type { ReleaseOutcome } from "./provider.ts";

/**
 * What `acquire` returns: a lock held for a while. It ends by `release`, by itself after its ttl
 * when renewal fails, or with the backend's session. Once lost or released it is terminal: no later
 * call brings it back.
 */
export interface Lease<Token extends bigint | undefined = bigint | undefined>
  extends AsyncDisposable {
  readonly name: string;
  /**
   * Larger than that of every earlier holder of the name. Send it with each write, and let the
   * resource refuse a smaller one than it has seen: that alone stops a holder that was paused.
   */
  readonly fencingToken: Token;
  /** The ttl in force, in milliseconds: the one asked for, rounded up as the provider needs. */
  readonly ttlMs: number;
  /**
   * Aborts when the lease is lost, with a `LockError` as its reason: `LEASE_LOST`, or
   * `PROVIDER_CLOSED` after `locks.close()`. Never by a normal release. It needs no reply of the
   * network, only a running event loop.
   */
  readonly signal: AbortSignal;
  /** Milliseconds that the holder may still rely on; 0 once lost or released. */
  readonly validForMs: number;
  /**
   * Throws `LEASE_LOST` unless the lease is valid at this instant. Compares clocks and needs no
   * timer, so it is right on the first line after an event loop that stood still.
   */
  assertValid(): void;
  /**
   * Renews now, or joins the renewal in flight. Resolves with the new validity in milliseconds.
   * Rejects `LEASE_LOST`; `BACKEND_UNAVAILABLE` (outcome unknown, the old deadline stands, try
   * again); `LIMIT_EXCEEDED` once `maxHoldMs` has passed.
   */
  renew(): Promise<number>;
  /**
   * Gives the lock back. Never rejects; later calls return the same promise. `released`: it was
   * ours; `absent`: it had ended before; `unknown`: no answer within `releaseTimeoutMs`, and the
   * release goes on in the background.
   */
  release(): Promise<ReleaseOutcome>;
  /**
   * Ends this handle without giving the lock back, and returns what `locks.adopt` needs, here or in
   * another process, before the ttl ends that the last renewal began. Where a lock that was waited for
   * was granted for less than its ttl at first, the renewal that makes it whole is sent now and its
   * answer not awaited: `await renew()` before, if the process is to end at once or the backend may be away.
   * Throws `UNSUPPORTED` where grants cannot travel, `LEASE_LOST` when it is no longer valid.
   */
  detach(): Ticket;
}

/**
 * A detached lease as plain JSON. It contains the proof of holding: treat it as a secret.
 */
export interface Ticket {
  readonly version: 1;
  readonly name: string;
  readonly holderId: string;
  /** The backend's own token in decimal, before composition; undefined without fencing. */
  readonly serverToken?: string;
  readonly localIndex: number;
  readonly ttlMs: number;
  readonly renewable: boolean;
  readonly state?: string;
}
