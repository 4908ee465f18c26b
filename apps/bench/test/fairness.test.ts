import { expect, test } from "vitest";
import { measured, medianIn, RUN_MS_MAX } from "./measured.ts";

/** A lease and the times it is handed on inside a process at most, by default. */
const LOCAL_TURNS = 17;

test(
  "a process has its run of turns by default, and none in strict order",
  async () => {
    const results = await measured(
      ...["--scenarios", "fairness", "--strategies", "redis-ioredis,memory,raw-ioredis"],
      ...["--seconds", "1", "--rounds", "1"],
    );
    const [asItComes, strict, ...others] = results;
    if (asItComes === undefined || strict === undefined) throw new Error("a variant is missing");
    expect(others).toEqual([]);
    expect(strict.params).toEqual({ ...asItComes.params, localHandoffMax: 0 });
    expect(medianIn(asItComes, "processRunMax")).toBeGreaterThanOrEqual(LOCAL_TURNS);
    expect(medianIn(strict, "processRunMax")).toBeLessThan(LOCAL_TURNS);
    for (const result of results) {
      const value = (metric: string): number => medianIn(result, metric) ?? Number.NaN;
      const contenders = (result.params["processes"] ?? 0) * (result.params["contenders"] ?? 0);
      const turns = value("acquisitionsPerSecond");
      expect(value("turnsMin") * contenders).toBeLessThanOrEqual(turns);
      expect(value("turnsMax") * contenders).toBeGreaterThanOrEqual(turns);
      expect(value("waitMaxMs")).toBeGreaterThan(0);
      // One round of one second: each turn of each contender is written down.
      const each = result.details?.turns ?? [];
      expect(each).toHaveLength(contenders);
      expect(each.reduce((sum, count) => sum + count, 0)).toBe(turns);
      expect([Math.min(...each), Math.max(...each)]).toEqual([
        value("turnsMin"),
        value("turnsMax"),
      ]);
      expect(value("failures")).toBe(0);
    }
  },
  RUN_MS_MAX,
);
