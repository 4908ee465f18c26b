import pTimeout from "p-timeout";
import type { LockClient } from "../strategy.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

/** Asks an agent for so many uncontended acquires, one after the other, each released again. */
export interface AcquireRequest {
  readonly acquires: number;
  /** Stops early after that long. */
  readonly allMsMax: number;
  /** An acquire or a release that takes longer has failed: some libraries wait for ever. */
  readonly eachMsMax: number;
}

export interface AcquireReply {
  readonly attempted: number;
  readonly succeeded: number;
  /** Of the acquires that succeeded, their releases left out; 0 when none did. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** The longest acquire, one that failed included up to its failure. */
  readonly maxUs: number;
}

export async function acquireWork(
  client: LockClient,
  { acquires, allMsMax, eachMsMax }: AcquireRequest,
): Promise<AcquireReply> {
  const histogram = await LatencyHistogram.create();
  const untilMs = performance.now() + allMsMax;
  const bound = { milliseconds: eachMsMax };
  let attempted = 0;
  let succeeded = 0;
  let failures = 0;
  let maxUs = 0;
  while (attempted < acquires && performance.now() < untilMs) {
    // What failed may still be held for its ttl, so the next one takes another name.
    const name = `bench:${process.pid}:${failures}`;
    attempted += 1;
    try {
      const startUs = performance.now() * 1000;
      const acquired = pTimeout(client.acquire(name), bound).finally(() => {
        maxUs = Math.max(maxUs, performance.now() * 1000 - startUs);
      });
      const holding = await acquired;
      histogram.record(performance.now() * 1000 - startUs);
      succeeded += 1;
      await pTimeout(Promise.resolve(client.release(name, holding)), bound);
    } catch {
      failures += 1;
    }
  }
  return {
    attempted,
    succeeded,
    p50Us: histogram.percentileUs(50),
    p99Us: histogram.percentileUs(99),
    maxUs,
  };
}
