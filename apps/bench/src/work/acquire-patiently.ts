import { setTimeout as sleepMs } from "node:timers/promises";
import { hostUs } from "../host-clock.ts";
import type { LockClient } from "../strategy.ts";

/** A lock that somebody means to wait for. */
export interface Claim {
  readonly name: string;
  readonly ttlMs?: number;
  /** Host time until which an acquire that rejects is tried again. */
  readonly untilUs: number;
}

export interface Granted {
  readonly holding: unknown;
  readonly grantedUs: number;
  /** Acquires that rejected before this one. */
  readonly failureCount: number;
}

/** Pause after an acquire that rejected: what makes a raw driver wait, and no fault a busy loop. */
const FAILURE_PAUSE_MS = 10;

/** Waits until granted. A library that gives up, or cannot wait, is asked again. */
export async function acquirePatiently(client: LockClient, claim: Claim): Promise<Granted> {
  const { name, ttlMs, untilUs } = claim;
  const options = ttlMs === undefined ? {} : { ttlMs };
  for (let failureCount = 0; ; failureCount += 1) {
    try {
      const holding = await client.acquire(name, options);
      return { holding, grantedUs: hostUs(), failureCount };
    } catch (error) {
      if (hostUs() > untilUs) throw error;
      await sleepMs(FAILURE_PAUSE_MS);
    }
  }
}
