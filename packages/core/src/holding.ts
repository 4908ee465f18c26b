import type { Renewal } from "./renewal.ts";
import type { Wakeable } from "./wake-heap.ts";

/** Who is told when a holding ends without its holder's doing. */
export interface HoldingOwner {
  /** Called once. `why` is `expired`, `max-hold`, or the backend's own words. */
  lost(holding: Holding, why: string): void;
}

/** What a grant consists of once it was accepted. Times are `Elapsed` milliseconds. */
export interface AcceptedGrant {
  readonly name: string;
  readonly holderId: string;
  readonly ttlMs: number;
  readonly grantedTtlMs: number;
  readonly renewable: boolean;
  readonly serverToken: bigint | undefined;
  readonly state: string | undefined;
  readonly deadlineMs: number;
  readonly renewAtMs: number;
}

/**
 * A lock that the backend granted to this process. Local leases pass it on among themselves; the
 * renewer keeps it alive and watches its deadline. One object per grant, mutable on purpose.
 */
export class Holding implements Wakeable {
  readonly name: string;
  readonly holderId: string;
  /** The ttl asked for, which renewals ask for again. */
  readonly ttlMs: number;
  /** The ttl that the provider reported; larger where it rounds up. */
  readonly grantedTtlMs: number;
  readonly renewable: boolean;
  readonly state: string | undefined;
  serverToken: bigint | undefined;
  owner: HoldingOwner | undefined = undefined;

  /** When core accepted the grant: a run of hand-offs is bounded from here. */
  acceptedAtMs = 0;
  /** The holder must not rely on the lock from here on. */
  deadlineMs: number;
  /** When the next renewal leaves; infinite when there is none to come. */
  renewAtMs: number;
  /** No renewal from here on: the present holder's `maxHoldMs` has passed. */
  maxHoldAtMs: number = Number.POSITIVE_INFINITY;
  /** The renewal in flight, if any. */
  renewal: Renewal | undefined = undefined;
  /** Lost, released or detached. Never unset. */
  ended = false;

  wakeAtMs = 0;
  heapIndex = -1;

  constructor(grant: AcceptedGrant) {
    this.name = grant.name;
    this.holderId = grant.holderId;
    this.ttlMs = grant.ttlMs;
    this.grantedTtlMs = grant.grantedTtlMs;
    this.renewable = grant.renewable;
    this.serverToken = grant.serverToken;
    this.state = grant.state;
    this.deadlineMs = grant.deadlineMs;
    this.renewAtMs = grant.renewAtMs;
  }
}
