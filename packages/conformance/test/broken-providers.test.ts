import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { cases, factsOf, runCase } from "../src/index.ts";
import { brokenProviders } from "./broken-providers.ts";
import { tableHarness } from "./table-harness.ts";

describe("a broken provider is caught", () => {
  for (const { title, caughtBy, shape } of brokenProviders) {
    test(`one that ${title} fails ${caughtBy}`, async () => {
      const found = cases.find(({ id }) => id === caughtBy);
      assert.ok(found, "the case exists");
      const sound = tableHarness();
      await runCase(found, await factsOf(sound), sound);
      const broken = tableHarness("broken", shape);
      await assert.rejects(runCase(found, await factsOf(broken), broken));
    });
  }
});
