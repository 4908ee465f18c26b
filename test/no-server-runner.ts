import { type RunnerTask, type RunnerTestCase, type RunnerTestSuite, TestRunner } from "vitest";

/** How `@holdfast/test-servers` begins to say that there is no server, or no browser. */
const NO_SERVER = /^NO (?<kind>[A-Z]+(?: SERVER)?):/;

/**
 * Tests that ask for a server where none is to be had were not run: they neither passed nor failed.
 * The reporter lists them. Where servers are a must (`CI=true`) the run stops before it starts.
 */
export default class NoServerRunner extends TestRunner {
  /** The file asked for a server while it was loaded. */
  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    const kind = missingServer(suite);
    if (kind !== undefined) {
      suite.mode = "skip";
      markNotRun(suite, kind);
    }
    await super.onBeforeRunSuite(suite);
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    const kind = missingServer(suite);
    if (kind !== undefined) markNotRun(suite, kind);
    await super.onAfterRunSuite(suite);
  }

  override onAfterRunTask(test: RunnerTestCase): void {
    const kind = missingServer(test);
    if (kind !== undefined) markNotRun(test, kind);
    super.onAfterRunTask(test);
  }
}

/** What follows the first error, in clean-ups of what was never started, is its consequence. */
function missingServer(task: RunnerTask): string | undefined {
  const first = task.result?.errors?.[0]?.message ?? "";
  return NO_SERVER.exec(first)?.groups?.["kind"]?.toLowerCase();
}

function markNotRun(task: RunnerTask, kind: string): void {
  // The runner's own skips have this note, its types do not.
  task.result = Object.assign({ state: "skip" } as const, { note: `not run: no ${kind}` });
}
