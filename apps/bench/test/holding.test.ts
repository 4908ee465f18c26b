import { expect, test } from "vitest";
import { measured, medianIn } from "./measured.ts";

/** Four variants of two strategies, each long enough for every lease to be renewed once. */
const HOLDING_MS_MAX = 150_000;
const RENEWALS_PER_TTL = 3;
/** Leases that are due within this part of a ttl may be renewed together. */
const BATCHES_PER_TTL_MAX = 30;

test(
  "leases are renewed in batches by Holdfast, one by one by a library with a timer each",
  async () => {
    const results = await measured(
      ...["--scenarios", "holding", "--strategies", "redis-ioredis,redis-semaphore-tuned"],
      ...["--seconds", "1", "--rounds", "1"],
    );
    expect(results).toHaveLength(2 * 4);
    for (const result of results) {
      const { leases = 0, ttlMs = 0 } = result.params;
      const commands = medianIn(result, "commandsPerSecond") ?? Number.NaN;
      const renewals = (leases * RENEWALS_PER_TTL * 1000) / ttlMs;
      if (result.strategy === "redis-ioredis") {
        // Each renewal interval has its batches, and a batch has its limit.
        expect(commands).toBeGreaterThan(0);
        expect(commands).toBeLessThan((BATCHES_PER_TTL_MAX * 1000) / ttlMs + renewals / 100);
      } else {
        expect(commands).toBeGreaterThan(0.8 * renewals);
        expect(commands).toBeLessThan(1.2 * renewals);
      }
      expect(medianIn(result, "heapKibPerLease")).toBeGreaterThan(0.1);
      expect(medianIn(result, "lostPercent")).toBe(0);
      expect(medianIn(result, "lossesTold")).toBe(0);
    }
  },
  HOLDING_MS_MAX,
);
