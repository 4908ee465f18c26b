import { runConformance } from "@holdfast/conformance";
import { afterAll, describe, test } from "vitest";
import { drivers, ioredis6, nodeRedis6 } from "./drivers.ts";
import { redisHarness } from "./harness.ts";

const runner = { describe, test, after: afterAll };

for (const driver of drivers) {
  const harness = { name: `redis (${driver.name})`, ...(await redisHarness(driver)) };
  await runConformance({ harness, runner });
}

for (const driver of [ioredis6, nodeRedis6]) {
  const wrapped = await redisHarness(driver, "team:a/");
  const harness = { name: `redis (${driver.name}), with a prefix`, ...wrapped };
  await runConformance({ harness, runner });
}
