import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runSeed } from "../src/run/run-seed.ts";
import { EVENTS_MIN } from "../src/run/scenario.ts";
import { topologies } from "../src/run/topology.ts";
import regressionSeeds from "./regression-seeds.json" with { type: "json" };

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const FRESH_COUNT = 200;
const FRESH_SEED_MAX = 1_000_000_000;
const freshSeed = randomInt(FRESH_SEED_MAX);

describe("a world follows from its seed", () => {
  test.each(topologies)("twice in one process, with %s", async (topology) => {
    const first = await runSeed(7, { topology });
    await runSeed(8, { topology });
    const second = await runSeed(7, { topology });
    expect(second.traceHash).toBe(first.traceHash);
    expect(second.eventCount).toBe(first.eventCount);
  });

  test.each(topologies)("in a process of its own, with %s", async (topology) => {
    const here = await runSeed(7, { topology });
    const words = ["--seed", "7", "--topology", topology, "--trace"];
    const { stdout } = await run(process.execPath, [MAIN, ...words], { maxBuffer: 2 ** 26 });
    expect(stdout).toContain(`trace hash ${here.traceHash}\n`);
  });

  test("and another seed makes another world", async () => {
    const [one, other] = [await runSeed(7), await runSeed(8)];
    expect(other.traceHash).not.toBe(one.traceHash);
  });
});

describe("nothing goes wrong", () => {
  test(`in ${FRESH_COUNT} worlds never seen before, from seed ${freshSeed} on`, async () => {
    for (let seed = freshSeed; seed < freshSeed + FRESH_COUNT; seed += 1) {
      const { violations, eventCount } = await runSeed(seed);
      expect(violations, `npm run sim -- --seed ${seed} --trace`).toEqual([]);
      expect(eventCount).toBeGreaterThanOrEqual(EVENTS_MIN);
    }
  }, 300_000);

  test("in the worlds that once went wrong", async () => {
    for (const { seed, topology, found } of regressionSeeds as readonly RegressionSeed[]) {
      const { violations } = await runSeed(seed, { topology: topologyOf(topology) });
      expect(violations, `${found}: npm run sim -- --seed ${seed} --trace`).toEqual([]);
    }
  });
});

interface RegressionSeed {
  readonly seed: number;
  readonly topology?: string;
  /** What was wrong then. */
  readonly found: string;
}

function topologyOf(name: string | undefined): (typeof topologies)[number] | undefined {
  return topologies.find((topology) => topology === name);
}
