import type { Holding } from "./holding.ts";
import { LockError } from "./lock-error.ts";
import type { RenewRequest } from "./provider.ts";

/** One renewal of one holding, in flight; settled once, by its answer or by its own time limit. */
export class Renewal {
  readonly holding: Holding;
  /** When it is given up as unanswered, in `Elapsed` milliseconds. */
  readonly endsAtMs: number;
  /** Resolves with the validity left in milliseconds. */
  readonly promise: Promise<number>;
  resolve!: (validForMs: number) => void;
  reject!: (error: LockError) => void;

  constructor(holding: Holding, endsAtMs: number) {
    this.holding = holding;
    this.endsAtMs = endsAtMs;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // A background renewal has nobody to tell: its failure shows as the deadline.
    this.promise.catch(() => undefined);
  }

  request(): RenewRequest {
    const { name, holderId, ttlMs, state } = this.holding;
    return { name, holderId, ttlMs, ...(state === undefined ? {} : { state }) };
  }
}

/** What a renewal of an ended holding is answered. */
export function leaseEnded(holding: Holding): LockError {
  return new LockError("LEASE_LOST", `lock ${JSON.stringify(holding.name)} is no longer held`, {
    lockName: holding.name,
    why: "ended",
  });
}

/** What a caller of `lease.renew()` is told when the backend gave no usable answer. */
export function renewalUnknown(holding: Holding, cause: unknown): LockError {
  return new LockError(
    "BACKEND_UNAVAILABLE",
    `the renewal of lock ${JSON.stringify(holding.name)} was not answered; ` +
      "its old deadline stands",
    // A driver's own error may carry the command's arguments, and so the holderId.
    {
      lockName: holding.name,
      outcome: "unknown",
      cause: LockError.is(cause) ? cause : undefined,
    },
  );
}
