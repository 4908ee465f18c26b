import { runConformance } from "@holdfast/conformance";
import { afterAll, describe, test } from "vitest";
import { postgresHarness } from "./harness.ts";

const runner = { describe, test, after: afterAll };

await runConformance({ harness: { name: "postgres", ...(await postgresHarness()) }, runner });

const wrapped = await postgresHarness({ namePrefix: "team:a/" });
await runConformance({ harness: { name: "postgres, with a prefix", ...wrapped }, runner });
