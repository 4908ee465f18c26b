import { expect, test } from "vitest";
import { measured, medianIn, RUN_MS_MAX } from "./measured.ts";

test(
  "a quorum grants every lock with a minority of its servers killed, and hung",
  async () => {
    const results = await measured(
      ...["--scenarios", "member-down,member-hung", "--rounds", "1"],
      ...["--strategies", "redlock,redis-ioredis,raw-quorum"],
    );
    expect(
      results.map(({ scenario, strategy, params }) => ({ scenario, strategy, params })),
    ).toEqual([
      { scenario: "member-down", strategy: "redlock", params: { servers: 3, killed: 1 } },
      { scenario: "member-hung", strategy: "redlock", params: { servers: 3, hung: 1 } },
    ]);
    for (const result of results) {
      const value = (metric: string): number => medianIn(result, metric) ?? Number.NaN;
      expect(value("acquires")).toBe(1_000);
      expect(value("succeededPercent")).toBe(100);
      expect(value("p50Ratio")).toBeCloseTo(value("p50Us") / value("healthyP50Us"));
      expect(value("p99Us")).toBeGreaterThanOrEqual(value("p50Us"));
      expect(value("maxUs")).toBeGreaterThanOrEqual(value("p50Us"));
    }
  },
  RUN_MS_MAX,
);
