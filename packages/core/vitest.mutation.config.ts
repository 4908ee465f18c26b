import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take longer than all others together, so they come last: most mutants have been noticed by then. */
const SLOW = ["memory", "quorum-patience", "quorum-property"];
const isQuick = process.env["HOLDFAST_MUTATION"] === "quick";

/** Unit tests first. The first test that fails ends the run of a mutant. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  if (SLOW.some((name) => moduleId.endsWith(`/${name}.test.ts`))) return 2;
  return moduleId.includes("/src/") ? 0 : 1;
}

/** What Stryker runs for a mutant: the tests of this package, which all own their clock. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: [
      // Compares tests with a page outside of the package.
      "test/quorum-faults.test.ts",
      ...(isQuick ? SLOW.map((name) => `test/${name}.test.ts`) : []),
    ],
    /** Every run has a thread of its own; within it the modules are loaded once for all files. */
    isolate: false,
    sequence: { sequencer: QuickFirst },
    runner: "test/mutation-runner.ts",
    /** The runner has its own. */
    testTimeout: 0,
    hookTimeout: 60_000,
    teardownTimeout: 2_000,
  },
});
