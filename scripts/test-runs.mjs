/**
 * @typedef {object} TestEnd
 * @property {string} file From the root.
 * @property {readonly string[]} titles Of the suites around it and its own.
 */

/**
 * @typedef {object} TestSummary What the reporter leaves (test/summary-reporter.ts).
 * @property {number} passedCount
 * @property {number} failedCount
 * @property {number} skippedCount
 * @property {readonly TestEnd[]} failed
 */

/**
 * The counts of a run of everything, once the files in which it failed have been run again: a test counts
 * as failed when it failed in the second run, whatever it did in the first.
 *
 * @param {TestSummary} first
 * @param {TestSummary} second
 * @returns {{ summary: TestSummary, rescued: string[] }} With the tests that failed in the first run alone.
 */
export function togetherWith(first, second) {
  const { failed, failedCount } = second;
  const still = new Set(failed.map(nameOf));
  const passedCount = first.passedCount + first.failedCount - failedCount;
  return {
    summary: { passedCount, failedCount, skippedCount: first.skippedCount, failed },
    rescued: first.failed.map(nameOf).filter((name) => !still.has(name)),
  };
}

/**
 * @param {TestEnd} test
 * @returns {string}
 */
export function nameOf({ file, titles }) {
  return [file, ...titles].join(" > ");
}
