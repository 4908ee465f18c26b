import { strykerPlugins as vitestPlugins } from "@stryker-mutator/vitest-runner";

/** How often a run that lost its tests is made again. */
const RUNS_MAX = 5;

const [vitest] = vitestPlugins;

/**
 * Stryker's runner for vitest, but a mutant survives only a run in which every test that reaches it ran to its end. The
 * runner itself counts a run that vitest gave up before its tests as survived
 * (https://github.com/stryker-mutator/stryker-js/issues/6073).
 *
 * @param {any} injector
 */
function wholeRuns(injector) {
  const runner = injector.injectFunction(vitest?.factory);
  const runOnce = runner.mutantRun.bind(runner);
  /** @param {{ testFilter?: string[] }} options */
  runner.mutantRun = async (options) => {
    const testCount = options.testFilter?.length ?? 1;
    for (let run = 0; run < RUNS_MAX; run += 1) {
      const result = await runOnce(options).catch(brokenRun);
      if (result.status !== "survived" || result.nrOfTests >= testCount) return result;
    }
    return { status: "error", errorMessage: `lost its tests ${RUNS_MAX} times` };
  };
  return runner;
}
wholeRuns.inject = ["$injector"];

/**
 * An error that came out of no test and that cannot even be printed.
 *
 * @param {unknown} error
 */
function brokenRun(error) {
  return { status: "error", errorMessage: error instanceof Error ? error.message : "no Error" };
}

export const strykerPlugins = [{ kind: "TestRunner", name: "whole-vitest", factory: wholeRuns }];
export { strykerValidationSchema } from "@stryker-mutator/vitest-runner";
