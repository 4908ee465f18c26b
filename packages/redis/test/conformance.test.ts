import { runConformance } from "@holdfast/conformance";
import { afterAll, describe, test } from "vitest";
import { drivers } from "./drivers.ts";
import { redisHarness } from "./harness.ts";

const runner = { describe, test, after: afterAll };

for (const driver of drivers) {
  const harness = { name: `redis (${driver.name})`, ...(await redisHarness(driver)) };
  await runConformance({ harness, runner });
}

for (const driver of drivers) {
  const wrapped = await redisHarness(driver, "team:a/");
  const harness = { name: `redis (${driver.name}), with a prefix`, ...wrapped };
  await runConformance({ harness, runner });
}
