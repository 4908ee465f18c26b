import type { AcquireRequest, Claim, Grant } from "./provider.ts";
import type { Renewal } from "./renewal.ts";
import type { Wakeable } from "./wake-heap.ts";

/** Who is told when a holding ends without its holder's doing. */
export interface HoldingOwner {
  /** Called once. `why` is `expired`, `max-hold`, or the backend's own words. */
  lost(holding: Holding, why: string): void;
}

/** What was asked for, as far as a holding keeps it. */
type Asked = Claim & Pick<AcquireRequest, "renewable">;

/** What was granted, as far as a holding keeps it. */
type Granted = Pick<Grant, "ttlMs" | "validMs" | "fencingToken" | "state" | "isAtOnce">;

/** When a holding began, ends, and is next to be renewed, in `Elapsed` milliseconds. */
interface Times {
  readonly acceptedAtMs: number;
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
  /** How long the backend keeps it from the last proof; a hand-off's first claim may be shorter. */
  validMs: number;
  readonly renewable: boolean;
  readonly state: string | undefined;
  /** A queue granted it without a wait: nobody contends. */
  readonly isAtOnce: boolean;
  serverToken: bigint | undefined;
  owner: HoldingOwner | undefined = undefined;

  /** When core accepted the grant: a run of hand-offs is bounded from here. */
  readonly acceptedAtMs: number;
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

  constructor(asked: Asked, granted: Granted, times: Times) {
    this.name = asked.name;
    this.holderId = asked.holderId;
    this.ttlMs = asked.ttlMs;
    this.renewable = asked.renewable;
    this.grantedTtlMs = granted.ttlMs;
    this.validMs = granted.validMs;
    this.serverToken = granted.fencingToken;
    this.state = granted.state;
    this.isAtOnce = granted.isAtOnce === true;
    this.acceptedAtMs = times.acceptedAtMs;
    this.deadlineMs = times.deadlineMs;
    this.renewAtMs = times.renewAtMs;
  }
}
