import { runConformance } from "@holdfast/conformance";
import { afterAll, describe, test } from "vitest";
import { ioredis, nodeRedis } from "./drivers.ts";
import { redlockHarness } from "./harness.ts";

const runner = { describe, test, after: afterAll };

for (const driver of [ioredis, nodeRedis]) {
  const harness = { name: `redlock of 3 (${driver.name})`, ...(await redlockHarness(driver, 3)) };
  await runConformance({ harness, runner });
}
