import { defineConfig } from "vitest/config";

/** What Stryker runs for a mutant: the tests of this package, which all own their clock. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    /** Compares tests with a page outside of the package. */
    exclude: ["test/quorum-faults.test.ts"],
    /** Every run has a thread of its own; within it the modules are loaded once for all files. */
    isolate: false,
    /** Time passes where a test says so: what takes this long waits for what never comes. */
    testTimeout: 5_000,
    hookTimeout: 5_000,
    teardownTimeout: 2_000,
  },
});
