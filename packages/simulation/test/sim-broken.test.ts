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
      const rules = await firstNoticed(variant);
      expect(rules).toBeDefined();
    },
  );
});

/** The rules that are broken in the first seed that goes wrong. */
async function firstNoticed(variant: BrokenVariant): Promise<readonly string[] | undefined> {
  const { topology, sabotage } = variant;
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const { violations } = await runSeed(seed, { topology, sabotage });
    if (violations.length > 0) return violations.map(({ rule }) => rule);
  }
  return undefined;
}
