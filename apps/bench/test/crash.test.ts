import { expect, test } from "vitest";
import { measured, medianIn, RUN_MS_MAX } from "./measured.ts";

const TTL_MS = 2_000;
/** Longest delay between two attempts of a waiter, and a machine that is busy. */
const GRANT_BOUND_MS = 600;

test(
  "the lock of a killed process is granted when what was left of its ttl is over",
  async () => {
    const results = await measured(
      ...["--scenarios", "crash", "--strategies", "redis-ioredis,raw-ioredis", "--rounds", "1"],
    );
    expect(results.map(({ strategy }) => strategy)).toEqual(["redis-ioredis", "raw-ioredis"]);
    for (const result of results) {
      const grantMs = medianIn(result, "grantMs") ?? Number.NaN;
      // In the first round the holder lives a quarter of its ttl: too short for a renewal.
      expect(grantMs).toBeGreaterThan(TTL_MS * 0.75 - GRANT_BOUND_MS);
      expect(grantMs).toBeLessThan(TTL_MS * 0.75 + GRANT_BOUND_MS);
      expect(medianIn(result, "grantOverTtl")).toBeCloseTo(grantMs / TTL_MS);
    }
  },
  RUN_MS_MAX,
);
