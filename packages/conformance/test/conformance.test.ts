import { memory, noop, withPrefix } from "@holdfast/core";
import { afterAll, describe, test } from "vitest";
import { runConformance, shareProvider } from "../src/index.ts";
import { tableHarness } from "./table-harness.ts";

const runner = { describe, test, after: afterAll };

const plain = memory();
await runConformance({
  harness: { name: "memory", open: async () => shareProvider(plain) },
  runner,
});

const prefixed = memory();
await runConformance({
  harness: {
    name: "memory, with a prefix",
    open: async () => withPrefix(shareProvider(prefixed), "team:a/"),
  },
  runner,
});

await runConformance({ harness: { name: "noop", open: async () => noop() }, runner });
await runConformance({ harness: tableHarness(), runner });
