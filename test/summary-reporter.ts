import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";
import { rootFolder } from "../scripts/workspace.mjs";
import { type RunSummary, summarize, type TestEnd } from "./run-summary.ts";

const NO_SERVER = "not run: no server";
/** A long list scrolls the result away; the rest is counted. */
const LISTED_MAX = 40;

/**
 * Says at the end what ran on which provider, what did not run for want of a server, and the true
 * count as the last line. Under `CI=true` a test skipped without a reason, or not run, fails.
 */
export class SummaryReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = [...modules.flatMap(testEnds), ...modules.flatMap(brokenSuites)];
    const summary = this.#strict(summarize(tests, unhandledErrors.length));
    const print = (line: string) => this.#vitest?.logger.log(line);
    for (const line of summaryLines(summary, this.#isFiltered)) print(line);
    const file = process.env["HOLDFAST_SUMMARY_FILE"];
    if (file === undefined) print(countLine(summary));
    else writeFileSync(file, JSON.stringify(summary, undefined, 2));
  }

  get #isFiltered(): boolean {
    return this.#vitest?.config.testNamePattern !== undefined;
  }

  #strict(summary: RunSummary): RunSummary {
    if (process.env["CI"] !== "true" || this.#isFiltered) return summary;
    const strayCount = summary.unexplained.length + summary.notRun.length;
    if (strayCount > 0) process.exitCode = 1;
    return {
      ...summary,
      failedCount: summary.failedCount + strayCount,
      skippedCount: summary.skippedCount - strayCount,
    };
  }
}

/** A file that asked for a server while it was loaded has no tests to name. */
function testEnds(module: TestModule): TestEnd[] {
  const tests = [...module.children.allTests()].map(toTestEnd);
  if (tests.length > 0 || module.state() !== "skipped") return tests;
  return [{ file: fileOf(module), titles: ["every test"], state: "skipped", note: NO_SERVER }];
}

function toTestEnd(test: TestCase): TestEnd {
  const titles = [test.name];
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) {
    titles.unshift(parent.name);
  }
  const result = test.result();
  return {
    file: fileOf(test.module),
    titles,
    state: result.state === "pending" ? "failed" : result.state,
    note: result.state === "skipped" ? (result.note ?? reasonOf(titles)) : undefined,
  };
}

/** Without servers a skip that gives no reason has this one: its set-up found none, or it asked. */
function reasonOf(titles: readonly string[]): string | undefined {
  if (titles.some((title) => title.includes("(skipped: "))) return undefined;
  return process.env["HOLDFAST_SERVERS"] === "none" ? NO_SERVER : undefined;
}

function fileOf(module: TestModule): string {
  return path.relative(rootFolder, module.moduleId);
}

/** Files that do not load, and suites whose hooks failed: their tests count as not failed. */
function brokenSuites(module: TestModule): TestEnd[] {
  return [module, ...module.children.allSuites()]
    .filter((suite) => suite.errors().length > 0)
    .map((suite) => ({
      file: fileOf(module),
      titles: suite.type === "suite" ? [suite.fullName, "set-up"] : ["set-up"],
      state: "failed",
      note: undefined,
    }));
}

function summaryLines(summary: RunSummary, isFiltered: boolean): string[] {
  const tried = summary.conformance.filter(({ ranCount }) => ranCount > 0 || !isFiltered);
  const lines = tried.map(
    ({ provider, ranCount, failedCount, skippedCount }) =>
      `conformance: ${provider}: ${ranCount} cases ran, ${failedCount} failed, ` +
      `${skippedCount} skipped${isFiltered ? "" : " by a declared capability"}`,
  );
  if (summary.notRun.length > 0) {
    lines.push(
      `NOT RUN, for want of a server: ${summary.notRun.length} tests. Start Docker, or install ` +
        "redis-server (Debian: apt-get install redis-server), or unset HOLDFAST_SERVERS.",
      ...listed(summary.notRun),
    );
  }
  if (summary.unexplained.length > 0 && !isFiltered) {
    lines.push(
      `SKIPPED WITHOUT A REASON: ${summary.unexplained.length} tests.`,
      ...listed(summary.unexplained),
    );
  }
  return lines;
}

function listed(tests: readonly TestEnd[]): string[] {
  const lines = tests
    .slice(0, LISTED_MAX)
    .map(({ file, titles }) => `  ${file}: ${titles.join(" > ")}`);
  return tests.length > LISTED_MAX ? [...lines, `  and ${tests.length - LISTED_MAX} more`] : lines;
}

function countLine({ passedCount, failedCount, skippedCount }: RunSummary): string {
  return `${passedCount} passed, ${failedCount} failed, ${skippedCount} skipped`;
}
