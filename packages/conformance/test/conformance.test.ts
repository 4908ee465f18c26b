import { memory, noop, quorum, withPrefix } from "@holdfast/core";
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

for (const count of [3, 5]) {
  const members = Array.from({ length: count }, () => memory());
  await runConformance({
    harness: {
      name: `quorum of ${count} memory members`,
      open: async () => quorum(members.map((member) => shareProvider(member))),
    },
    runner,
  });
}

await runConformance({ harness: { name: "noop", open: async () => noop() }, runner });
await runConformance({ harness: tableHarness(), runner });
