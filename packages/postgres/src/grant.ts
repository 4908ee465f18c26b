import { type Claim, type Grant, LockError, type Outcome } from "@holdfast/core";
import type { Hold, LockHost } from "./hold.ts";

/** Bits below the timeline. A position of the log needs no more for as long as a server lives. */
const TIMELINE_SHIFT = 48n;

/**
 * The fencing token of a position: the timeline above it, since a promoted server begins another timeline at
 * a position that its predecessor may have passed. Undefined for the empty position, without fencing.
 */
export function tokenOf(position: string, timeline: bigint): bigint | undefined {
  return position === "" ? undefined : BigInt(position) + (timeline << TIMELINE_SHIFT);
}

/** A granted lock as core wants it. */
export function grantOf(hold: Hold, host: LockHost, sentAtMs: number): Grant {
  const { name, holderId, fencingToken } = hold;
  const { validMs } = host;
  return { granted: true, name, holderId, ttlMs: validMs, fencingToken, sentAtMs, validMs };
}

/** Whoever asked has left. */
export function aborted({ name }: Pick<Claim, "name">, outcome: Outcome): LockError {
  const words = `postgres: the attempt for lock ${JSON.stringify(name)} was given up`;
  return new LockError("ABORTED", words, { lockName: name, outcome });
}
