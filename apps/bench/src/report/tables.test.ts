import { expect, test } from "vitest";
import type { Result } from "../method/outcome.ts";
import { scenarios } from "../scenarios.ts";
import { resultTables } from "./tables.ts";

const spread = { median: 300, min: 100, max: 400, rounds: 3 };
const result: Result = {
  strategy: "redis-ioredis",
  scenario: "contended",
  variant: "4 processes × 16 contenders, 1 ms hold",
  params: {},
  metrics: { switchesPerSecond: spread },
  ratios: {},
  values: { switchesPerSecond: [400, 100, 300] },
};

test("a terminal sees the rounds of the first figure, a file does not", () => {
  const found = { results: [result], noise: [], cannot: [] };
  expect(resultTables(scenarios, found, { sparklines: true })).toMatch(
    /redis-ioredis.* 300 .* █▃▆ /,
  );
  expect(resultTables(scenarios, found, { sparklines: false })).not.toContain("█");
});
