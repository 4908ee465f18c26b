import { expect, test } from "vitest";
import { longestRun } from "./longest-run.ts";

test.each([
  [[], 0],
  [[7], 1],
  [[1, 2, 1, 2], 1],
  [[1, 1, 2, 2, 2, 1], 3],
  [[1, 2, 2], 2],
])("in %j the longest run is %i", (turns, longest) => {
  expect(longestRun(turns)).toBe(longest);
});
