/** How one test ended, as much of it as the summary needs. */
export interface TestEnd {
  readonly file: string;
  /** The titles of the suites around it and its own, outermost first. */
  readonly titles: readonly string[];
  readonly state: "passed" | "failed" | "skipped";
  /** Why it was skipped, where the test said so. */
  readonly note: string | undefined;
}

/** What happened on one provider. */
interface ConformanceCount {
  readonly provider: string;
  readonly ranCount: number;
  readonly failedCount: number;
  readonly skippedCount: number;
}

/** A whole run in numbers and in the tests that did not run. */
export interface RunSummary {
  readonly passedCount: number;
  readonly failedCount: number;
  readonly skippedCount: number;
  readonly conformance: readonly ConformanceCount[];
  readonly failed: readonly TestEnd[];
  /** For want of a server. */
  readonly notRun: readonly TestEnd[];
  /** Skipped, and nobody said why. */
  readonly unexplained: readonly TestEnd[];
}

const CONFORMANCE_TITLE = /^conformance: (.+)$/;
/** Written by whoever skips, in the note or at the end of the title. */
const NOT_RUN = /\bnot run: /;
const EXPLAINED = /\((?:skipped|not run): .+\)$/;

/** `otherFailures` are those of no file: a stray rejection. */
export function summarize(tests: readonly TestEnd[], otherFailures: number): RunSummary {
  const skipped = tests.filter(({ state }) => state === "skipped");
  const notRun = skipped.filter((test) => NOT_RUN.test(reasonOf(test)));
  return {
    passedCount: tests.filter(({ state }) => state === "passed").length,
    failedCount: tests.filter(({ state }) => state === "failed").length + otherFailures,
    skippedCount: skipped.length,
    conformance: countConformance(tests),
    failed: tests.filter(({ state }) => state === "failed"),
    notRun,
    unexplained: skipped.filter((test) => !notRun.includes(test) && !isExplained(test)),
  };
}

function countConformance(tests: readonly TestEnd[]): ConformanceCount[] {
  const states = new Map<string, TestEnd["state"][]>();
  for (const { titles, state } of tests) {
    const provider = titles
      .map((title) => CONFORMANCE_TITLE.exec(title)?.[1])
      .find((found) => found !== undefined);
    if (provider === undefined) continue;
    states.set(provider, [...(states.get(provider) ?? []), state]);
  }
  return [...states]
    .map(([provider, ends]) => ({
      provider,
      ranCount: ends.filter((state) => state !== "skipped").length,
      failedCount: ends.filter((state) => state === "failed").length,
      skippedCount: ends.filter((state) => state === "skipped").length,
    }))
    .sort((a, b) => a.provider.localeCompare(b.provider));
}

function isExplained(test: TestEnd): boolean {
  return test.note !== undefined || test.titles.some((title) => EXPLAINED.test(title));
}

function reasonOf(test: TestEnd): string {
  return [test.note ?? "", ...test.titles].join(" ");
}
