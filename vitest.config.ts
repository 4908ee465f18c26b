import path from "node:path";
import { defineConfig } from "vitest/config";
import { rootFolder, workspacePackages } from "./scripts/workspace.mjs";
import { SummaryReporter } from "./test/summary-reporter.ts";

const packages = workspacePackages().map(({ folder, manifest }) => ({
  name: manifest.name,
  root: folder,
  include: ["src/**/*.test.ts", "test/**/*.test.ts"],
}));
const repository = { name: "repository", root: rootFolder, include: ["test/**/*.test.ts"] };

/** `vitest run` inside a package runs that package; at the root, everything. */
const here = packages.filter(({ root }) => process.cwd() === root);

export default defineConfig({
  test: {
    projects: (here.length > 0 ? here : [...packages, repository]).map((project) => ({
      extends: true as const,
      root: project.root,
      test: project,
    })),
    pool: "forks",
    /** The floor machine has two cores, and timing tests need one to be free. */
    maxWorkers: 2,
    /** Leak tests collect the garbage themselves. */
    execArgv: ["--unhandled-rejections=strict", "--expose-gc"],
    setupFiles: [path.join(rootFolder, "test", "open-handles.ts")],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    passWithNoTests: true,
    runner: path.join(rootFolder, "test", "no-server-runner.ts"),
    reporters: ["default", new SummaryReporter()],
  },
});
