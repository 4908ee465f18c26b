/**
 * The part of a test runner that the suite uses. Vitest, Jest and `node:test` fit: give
 * `{ describe, test, after: afterAll }` of Vitest, `{ describe, test, after }` of `node:test`.
 */
export interface Runner {
  describe(title: string, body: () => void): unknown;
  readonly test: RunnerTest;
  /** Runs once, when the last test of the enclosing `describe` ended. */
  after(body: () => Promise<void>): unknown;
}

/** Registers one test, or one that is listed and not run. */
export interface RunnerTest {
  (title: string, body: () => Promise<void>): unknown;
  skip(title: string, body: () => Promise<void>): unknown;
}
