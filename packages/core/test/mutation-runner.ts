import { type RunnerTestCase, TestRunner } from "vitest";

/** How often a test may be found to do nothing at all, and how long that is looked for each time. */
const IDLE_TURNS_MAX = 20;
const TURN_MS = 50;

/**
 * Ends a test that waits for what never comes, as a mutant often makes it do. The tests own their clock, so all that
 * they do is done before a timer of the machine can fire. One that fires many times in a row finds a test that only
 * waits, however slow the machine is: time alone would also end a test that is merely given little of the processor.
 */
export default class MutationRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const run = TestRunner.getTestFn(test);
    let timer: NodeJS.Timeout | undefined;
    const waiting = new Promise<never>((_, reject) => {
      const look = (turnsLeft: number): void => {
        timer = setTimeout(() => {
          if (turnsLeft > 0) look(turnsLeft - 1);
          else reject(new Error("waits for what never comes"));
        }, TURN_MS);
      };
      look(IDLE_TURNS_MAX);
    });
    try {
      await Promise.race([run(), waiting]);
    } finally {
      clearTimeout(timer);
    }
  }
}
