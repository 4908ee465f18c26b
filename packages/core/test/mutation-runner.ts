import { type RunnerTestCase, TestRunner } from "vitest";

/** How long a test may do nothing at all. */
const IDLE_MS_MAX = 2_000;

/**
 * Ends a test that waits for what never comes, as a mutant often makes it do. The tests own their clock, so all that
 * they do is done before a timer of the machine can fire: one that fires finds a test that only waits, however slow
 * the machine is. A time limit of the test runner would also end a test that is merely given little of the processor.
 */
export default class MutationRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const run = TestRunner.getTestFn(test);
    let timer: NodeJS.Timeout | undefined;
    const waiting = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("waits for what never comes")), IDLE_MS_MAX);
    });
    try {
      await Promise.race([run(), waiting]);
    } finally {
      clearTimeout(timer);
    }
  }
}
