import { expect, test } from "vitest";
import { measured, medianIn, RUN_MS_MAX } from "./measured.ts";

test(
  "every acquisition of one process is counted, and so is every command",
  async () => {
    const results = await measured(
      ...["--scenarios", "local", "--strategies", "memory,redis-ioredis,raw-ioredis"],
      ...["--seconds", "0.2", "--rounds", "2"],
    );
    const [inMemory, redis, raw] = results;
    if (inMemory === undefined || redis === undefined || raw === undefined) {
      throw new Error("a strategy is missing");
    }
    // Strict order: the lock goes to another contender each time, and nobody is passed over.
    expect(medianIn(inMemory, "jain")).toBeGreaterThan(0.99);
    const acquisitions = medianIn(inMemory, "acquisitionsPerSecond") ?? Number.NaN;
    expect(medianIn(inMemory, "switchesPerSecond")).toBeGreaterThan(0.99 * acquisitions);
    // A caller alone sends an acquire and a release; handing on inside the process takes no command.
    expect(medianIn(raw, "commandsPerAcquisition")).toBe(2);
    expect(medianIn(redis, "commandsPerAcquisition")).toBeLessThan(2);
    for (const result of results) expect(medianIn(result, "failures")).toBe(0);
  },
  RUN_MS_MAX,
);
