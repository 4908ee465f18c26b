import { describe, expect, test } from "vitest";
import { runSeed } from "../src/run/run-seed.ts";
import { type BrokenVariant, SEEDS_MAX } from "./broken/broken-provider.ts";
import { brokenProviders } from "./broken/broken-providers.ts";
import { brokenQuorums } from "./broken/broken-quorums.ts";

describe(`within ${SEEDS_MAX} worlds the simulation notices`, () => {
  test.each([...brokenProviders, ...brokenQuorums])(
    "$id",
    { timeout: 300_000 },
    async (variant) => {
      expect(await seedNoticing(variant)).toBeDefined();
    },
  );
});

/** The first seed that goes wrong, and does not when nothing is broken. */
async function seedNoticing({ topology, sabotage }: BrokenVariant): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const broken = await runSeed(seed, { topology, sabotage });
    if (broken.violations.length === 0) continue;
    const whole = await runSeed(seed, { topology });
    if (whole.violations.length === 0) return seed;
  }
  return undefined;
}
