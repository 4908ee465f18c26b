import {
  type AcquireRequest,
  type Clock,
  type Grant,
  LockError,
  type Refusal,
} from "@holdfast/core";
import { SINCE_DIGITS } from "./script-parts.ts";
import type { Answer } from "./sent-command.ts";

/**
 * The state of a grant whose connection was made anew between its send and its reply: the driver may
 * have sent a copy that is still on its way, so it is released as if in doubt, by whoever has it then.
 */
export const DOUBTFUL = "doubtful";

/** The request's token and the server's answer as core wants them. */
export function grantOf(
  { name, holderId, ttlMs }: AcquireRequest,
  { sentAtMs, isEpochKept }: Answer,
  fencingToken: bigint | undefined,
): Grant {
  const grant = {
    granted: true,
    name,
    holderId,
    ttlMs,
    fencingToken,
    sentAtMs,
    validMs: ttlMs,
  } as const;
  return isEpochKept ? grant : { ...grant, state: DOUBTFUL };
}

export function refusalOf(retryAfterMs: number | undefined): Refusal {
  if (retryAfterMs === undefined) return { granted: false, why: "held" };
  return { granted: false, why: "held", retryAfterMs };
}

export function unsupported({ mode, name }: AcquireRequest): LockError {
  return new LockError("UNSUPPORTED", `redis: mode ${JSON.stringify(mode)} is not supported`, {
    lockName: name,
  });
}

/** What follows the token in a lock's value: `:since:description`. */
export function valueTail({ description }: AcquireRequest, clock: Clock): string {
  const since = String(Math.trunc(clock.wallMs())).padStart(SINCE_DIGITS, "0");
  return `:${since}:${description ?? ""}`;
}

/** A copy of a request arrived after its holder had given up. Nothing was done, and none will be. */
export function tombstoned(lockName: string): LockError {
  return new LockError("ABORTED", "redis: this attempt was given up before it arrived", {
    lockName,
  });
}

/**
 * The connection was made anew between the send and the refusal, so that may answer the driver's second
 * copy. The first may still be on its way, and be granted when it arrives.
 */
export function doubtfulRefusal(lockName: string): LockError {
  return new LockError(
    "BACKEND_UNAVAILABLE",
    `redis: the connection changed while lock ${JSON.stringify(lockName)} was asked for`,
    { lockName, outcome: "unknown" },
  );
}
