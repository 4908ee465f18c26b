import { expect, test } from "vitest";
import { togetherWith } from "../scripts/test-runs.mjs";

const ended = (title: string) => ({ file: "a.test.ts", titles: ["suite", title] });

test("after a second run, what failed in it has failed, and what it rescued is named", () => {
  const first = {
    ...{ passedCount: 10, failedCount: 2, skippedCount: 3 },
    failed: [ended("late"), ended("wrong")],
  };
  const second = { passedCount: 3, failedCount: 1, skippedCount: 1, failed: [ended("wrong")] };
  expect(togetherWith(first, second)).toEqual({
    summary: { passedCount: 11, failedCount: 1, skippedCount: 3, failed: [ended("wrong")] },
    rescued: ["a.test.ts > suite > late"],
  });
});

test("a test that failed in the second run alone has failed", () => {
  const first = { passedCount: 10, failedCount: 1, skippedCount: 0, failed: [ended("late")] };
  const second = { passedCount: 1, failedCount: 1, skippedCount: 0, failed: [ended("other")] };
  expect(togetherWith(first, second).summary).toMatchObject({ passedCount: 10, failedCount: 1 });
});
