import { expect, test } from "vitest";
import { measured, medianIn, RUN_MS_MAX } from "./measured.ts";

/** A lease that nobody is told of ends by itself no sooner. */
const TTL_MS = 10_000;

test(
  "a holder whose session is ended is told long before its lease would end",
  async () => {
    const results = await measured(
      ...["--scenarios", "loss", "--strategies", "postgres,redis-ioredis,raw-pg", "--rounds", "1"],
    );
    // The others are never told, or have no session to lose.
    expect(results.map(({ strategy }) => strategy)).toEqual(["postgres"]);
    const [told = Number.NaN] = results.map((result) => medianIn(result, "toldMs"));
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(TTL_MS / 2);
  },
  RUN_MS_MAX,
);
