import type { Vote } from "./provider.ts";

/** Every way an operation can fail. Held is a result, not an error. See docs/errors.md. */
export type LockErrorCode =
  | "WAIT_TIMEOUT"
  | "ABORTED"
  | "LEASE_LOST"
  | "BACKEND_UNAVAILABLE"
  | "BACKEND_REJECTED"
  | "NO_QUORUM"
  | "LIMIT_EXCEEDED"
  | "UNSUPPORTED"
  | "CONFIG_INVALID"
  | "PROVIDER_CLOSED";

/** Whether the request that failed took effect on the backend. */
export type Outcome = "not-applied" | "applied" | "unknown";

/** What a {@link LockError} carries beside its code and message. */
export interface LockErrorOptions {
  readonly lockName?: string | undefined;
  /** Default `not-applied`. */
  readonly outcome?: Outcome | undefined;
  /** For LEASE_LOST: what ended it, as `expired`, `max-hold` or the backend's own words. */
  readonly why?: string | undefined;
  readonly votes?: readonly Vote[] | undefined;
  readonly cause?: unknown;
  /** For LEASE_LOST out of `using`: the value that the work resolved with. */
  readonly result?: unknown;
}

const BRAND = Symbol.for("holdfast.LockError");

/**
 * The one error class. `code` is stable API; the message is for people and may change. No message,
 * field or cause holds a holderId, a password or an address with credentials.
 */
export class LockError extends Error {
  override readonly name: string = "LockError";
  readonly code: LockErrorCode;
  readonly lockName: string | undefined;
  readonly outcome: Outcome;
  readonly why: string | undefined;
  readonly votes: readonly Vote[] | undefined;
  readonly result: unknown;

  constructor(code: LockErrorCode, message: string, options: LockErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.lockName = options.lockName;
    this.outcome = options.outcome ?? "not-applied";
    this.why = options.why;
    this.votes = options.votes;
    this.result = options.result;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for a LockError of any copy of this package, which `instanceof` cannot tell. */
  static is(value: unknown): value is LockError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
