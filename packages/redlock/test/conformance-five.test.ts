import { runConformance } from "@holdfast/conformance";
import { afterAll, describe, test } from "vitest";
import { ioredis } from "./drivers.ts";
import { redlockHarness } from "./harness.ts";

/** Beside the runs on three servers, which take the longer of the two. */
const harness = { name: "redlock of 5 (ioredis)", ...(await redlockHarness(ioredis, 5)) };
await runConformance({ harness, runner: { describe, test, after: afterAll } });
