import fc from "fast-check";
import { expect, test } from "vitest";
import { checkAll, undecided } from "../src/check-all.ts";
import { arbitraryScenario } from "./world/arbitrary-scenario.ts";
import { boundsOf, runScenario } from "./world/run-scenario.ts";

const RUNS = Number(process.env["HOLDFAST_HISTORY_RUNS"] ?? 100);

test("a correct lock is never blamed, whatever happens around it", async () => {
  const property = fc.asyncProperty(fc.nat(), arbitraryScenario, async (seed, scenario) => {
    const history = await runScenario(seed, scenario);
    expect(checkAll(history, boundsOf(scenario))).toEqual([]);
    expect(undecided(history)).toEqual([]);
  });
  await fc.assert(property, { numRuns: RUNS });
});
