import { describe, expect, test } from "vitest";
import { summarize, type TestEnd } from "./run-summary.ts";

function ended(state: TestEnd["state"], titles: readonly string[], note?: string): TestEnd {
  return { file: "a.test.ts", titles, state, note };
}

describe("the summary of a run", () => {
  test("counts each state, and failures outside of tests as failures", () => {
    const summary = summarize(
      [ended("passed", ["a"]), ended("failed", ["b"]), ended("skipped", ["c"], "why")],
      2,
    );
    expect(summary).toMatchObject({ passedCount: 1, failedCount: 3, skippedCount: 1 });
  });

  test("counts conformance cases per provider", () => {
    const { conformance } = summarize(
      [
        ended("passed", ["conformance: memory", "G-01: a"]),
        ended("failed", ["conformance: memory", "G-02: b"]),
        ended("skipped", ["conformance: redis", "G-03: c (skipped: no queue)"]),
      ],
      0,
    );
    expect(conformance).toEqual([
      { provider: "memory", ranCount: 2, failedCount: 1, skippedCount: 0 },
      { provider: "redis", ranCount: 0, failedCount: 0, skippedCount: 1 },
    ]);
  });

  test("tells tests without a server from skips with and without a reason", () => {
    const noServer = ended("skipped", ["redis (not run: no redis server)", "a"]);
    const noServerNote = ended("skipped", ["b"], "not run: no redis server");
    const declared = ended("skipped", ["c (skipped: no fencing)"]);
    const stray = ended("skipped", ["d"]);
    const summary = summarize([noServer, noServerNote, declared, stray], 0);
    expect(summary.notRun).toEqual([noServer, noServerNote]);
    expect(summary.unexplained).toEqual([stray]);
  });
});
