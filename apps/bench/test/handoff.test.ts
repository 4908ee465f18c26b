import { expect, test } from "vitest";
import { measured, medianIn, RUN_MS_MAX } from "./measured.ts";

/** The lock is held 20 to 40 ms between two hand-offs. */
const HANDOFFS_PER_SECOND_MAX = 50;

test(
  "every pass of the lock is to another process, and takes a release and an acquire at least",
  async () => {
    const results = await measured(
      ...["--scenarios", "handoff", "--strategies", "redis-ioredis,raw-ioredis"],
      ...["--seconds", "0.5", "--rounds", "2"],
    );
    // The raw driver cannot wait for another process.
    expect(results.map(({ strategy, params }) => ({ strategy, params }))).toEqual([
      { strategy: "redis-ioredis", params: { processes: 2 } },
      { strategy: "redis-ioredis", params: { processes: 4 } },
    ]);
    for (const result of results) {
      const value = (metric: string): number => medianIn(result, metric) ?? Number.NaN;
      expect(value("handoffs")).toBeGreaterThan(1);
      expect(value("handoffs")).toBeLessThanOrEqual(HANDOFFS_PER_SECOND_MAX);
      expect(value("handoffP50Ms")).toBeGreaterThan(0);
      expect(value("handoffP99Ms")).toBeGreaterThanOrEqual(value("handoffP50Ms"));
      // A heartbeat a second and process is left out, and there may be none.
      const heartbeats = (result.params["processes"] ?? 0) * 0.06;
      expect(value("commandsPerHandoff")).toBeGreaterThan(2 - heartbeats);
      expect(value("failures")).toBe(0);
    }
  },
  RUN_MS_MAX,
);
