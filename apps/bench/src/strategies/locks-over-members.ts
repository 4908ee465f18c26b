import type { Locks } from "@holdfast/core";
import type { RedisClient } from "@holdfast/redis";
import { type Abilities, LEASE_TTL_MS, type Target } from "../strategy.ts";
import { handoffOf } from "./handoff-of.ts";

/** What a quorum of Redis servers can do, through either driver. */
export const REDLOCK_ABILITIES: Abilities = {
  fencing: true,
  waitsWithoutPolling: false,
  lossSignal: true,
  renewal: true,
  fairness: false,
  quorum: true,
};

/**
 * Holdfast over a quorum of Redis servers, a client each. The restart guard is off: it keeps servers
 * that were only just started from voting, as those of a run all are. Quorums of different sizes share
 * servers, which takes a prefix each.
 */
export async function locksOverMembers(
  clients: readonly RedisClient[],
  target: Target,
): Promise<Locks> {
  const { createLocks } = await import("@holdfast/core");
  const { redlock } = await import("@holdfast/redlock");
  const prefix = `${target.namePrefix ?? ""}quorum-${clients.length}:`;
  const provider = redlock({ clients, prefix, restartGuardMs: 0 });
  return createLocks({ provider, ttlMs: LEASE_TTL_MS, ...handoffOf(target) });
}
