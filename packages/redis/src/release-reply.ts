import { LockError, type ReleaseOutcome } from "@holdfast/core";
import { textOf } from "./reply.ts";
import type { Answer } from "./sent-command.ts";

/**
 * What a release script answered. One that found nothing after the connection was made anew is no
 * answer: it may be the driver's second copy, and the first may have been the one that released.
 */
export function releaseReply({ reply, isEpochKept }: Answer): ReleaseOutcome {
  if (textOf(reply) === "1") return "released";
  return isEpochKept ? "absent" : "unknown";
}

/** What BREAK answered. The same doubt rejects here, for there is no word for it. */
export function breakReply(answer: Answer, lockName: string): boolean {
  const outcome = releaseReply(answer);
  if (outcome === "unknown") {
    throw new LockError(
      "BACKEND_UNAVAILABLE",
      `redis: the connection changed while lock ${JSON.stringify(lockName)} was broken`,
      { lockName, outcome },
    );
  }
  return outcome === "released";
}
