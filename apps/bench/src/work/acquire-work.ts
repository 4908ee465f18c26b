import type { LockClient } from "../strategy.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

/** Asks an agent for so many uncontended acquires, one after the other, each released again. */
export interface AcquireRequest {
  readonly acquires: number;
}

export interface AcquireReply {
  readonly succeeded: number;
  /** Of the acquires that succeeded, their releases left out. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export async function acquireWork(
  client: LockClient,
  { acquires }: AcquireRequest,
): Promise<AcquireReply> {
  const histogram = await LatencyHistogram.create();
  const name = `bench:${process.pid}`;
  let succeeded = 0;
  for (let index = 0; index < acquires; index += 1) {
    const startMs = performance.now();
    try {
      const holding = await client.acquire(name);
      histogram.record((performance.now() - startMs) * 1000);
      succeeded += 1;
      await client.release(name, holding);
    } catch {
      // Counted by not being counted.
    }
  }
  return { succeeded, p50Us: histogram.percentileUs(50), p99Us: histogram.percentileUs(99) };
}
