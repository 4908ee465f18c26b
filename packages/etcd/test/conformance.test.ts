import { runConformance } from "@holdfast/conformance";
import { afterAll, describe, test } from "vitest";
import { etcdHarness } from "./harness.ts";

const runner = { describe, test, after: afterAll };

await runConformance({ harness: { name: "etcd", ...(await etcdHarness()) }, runner });
