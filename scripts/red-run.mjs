import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { leftoverProcesses } from "./leftover-processes.mjs";
import { runProcess } from "./run-process.mjs";
import { readJson, rootFolder } from "./workspace.mjs";

/**
 * @typedef {import("./red-patch.mjs").RedPatch} RedPatch
 * @typedef {{ fullName: string, status: "passed" | "failed" | "skipped" | "pending" | "todo" }} TestResult
 * @typedef {object} TestRun
 * @property {TestResult[]} tests Those that ran.
 * @property {string | undefined} problem Why the run itself says nothing.
 */

const BUILD_MS_MAX = 60_000;
const RUN_MS_MAX = 90_000;
/** A broken wake-up shows as a test that waits: it should not wait long. */
const TEST_MS_MAX = 6_000;

/** So many failures are enough: those that wait for what never comes take their time. */
const FAILURES_MAX = 3;

/** One copy of the repository, broken in one way after the other. */
export class RedRun {
  #folder;

  /** @param {string} folder A copy of the repository. */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * The tests of each invariant must pass on the sources as they are; else a failure shows nothing.
   *
   * @param {RedPatch[]} patches
   * @returns {Promise<string[]>} What is wrong.
   */
  async checkWhole(patches) {
    /** @type {Map<string, RedPatch[]>} */
    const groups = new Map();
    for (const patch of patches) {
      const key = `${patch.projects} on ${patch.provider}`;
      groups.set(key, [...(groups.get(key) ?? []), patch]);
    }
    /** @type {string[]} */
    const problems = [];
    for (const [key, group] of groups) {
      const invariants = group.map(({ invariant }) => invariant);
      const { tests, problem } = await this.#test(`(?:${invariants.join("|")})`, group[0]);
      if (problem !== undefined) problems.push(`nothing broken: ${problem}`);
      for (const { fullName } of tests.filter(({ status }) => status === "failed")) {
        problems.push(`fails with nothing broken: ${fullName}`);
      }
      for (const invariant of invariants) {
        if (!tests.some(({ fullName }) => fullName.includes(invariant))) {
          problems.push(`no test of ${key} is named after ${invariant}`);
        }
      }
    }
    return problems;
  }

  /** @param {RedPatch} patch */
  async tryPatch(patch) {
    const nothing = { failedCount: 0, testCount: 0, first: undefined };
    if (!(await this.#patch(["--whitespace=nowarn", patch.file]))) {
      return { ...nothing, problem: "does not apply any more" };
    }
    try {
      if (!(await this.#build())) return { ...nothing, problem: "does not compile" };
      const { tests, problem } = await this.#test(patch.invariant, patch);
      const failed = tests.filter(({ status }) => status === "failed");
      const unnoticed = `no test named after ${patch.invariant} notices it`;
      return {
        failedCount: failed.length,
        testCount: tests.length,
        first: failed[0]?.fullName,
        problem: problem ?? (failed.length === 0 ? unnoticed : undefined),
      };
    } finally {
      await this.#patch(["--whitespace=nowarn", "--reverse", patch.file]);
    }
  }

  /** @param {string[]} patchArguments */
  async #patch(patchArguments) {
    // A copy inside of somebody's working tree must not be taken for a part of it.
    const env = { GIT_CEILING_DIRECTORIES: path.dirname(this.#folder) };
    const options = { cwd: this.#folder, env, quiet: true };
    return (await runProcess("git", ["apply", ...patchArguments], options)).code === 0;
  }

  async #build() {
    const tsc = path.join(rootFolder, "node_modules", "typescript", "bin", "tsc");
    // The tests of a package read its sources; of the others, the builds.
    const packages = ["packages/core", "packages/redis", "packages/etcd"];
    const options = { cwd: this.#folder, quiet: true, timeoutMs: BUILD_MS_MAX };
    return (await runProcess(process.execPath, [tsc, "-b", ...packages], options)).code === 0;
  }

  /**
   * @param {string} invariant A pattern.
   * @param {RedPatch | undefined} where
   * @returns {Promise<TestRun>}
   */
  async #test(invariant, where) {
    const { projects = "", provider = "" } = where ?? {};
    const name = provider.replaceAll(/[()]/g, "\\$&");
    const pattern = `^(?!conformance: (?!${name} )).*${invariant}`;
    const resultFile = path.join(this.#folder, "red-result.json");
    rmSync(resultFile, { force: true });
    const vitest = path.join(rootFolder, "node_modules", "vitest", "vitest.mjs");
    const runId = randomUUID();
    await runProcess(
      process.execPath,
      [
        ...[vitest, "run", "-t", pattern, `--testTimeout=${TEST_MS_MAX}`],
        ...[`--bail=${FAILURES_MAX}`, "--reporter=json", `--outputFile=${resultFile}`],
        ...projects.split(" ").flatMap((project) => ["--project", project]),
      ],
      { cwd: this.#folder, env: { HOLDFAST_RUN_ID: runId }, capture: true, timeoutMs: RUN_MS_MAX },
    );
    // A patch may make a test spin for ever: its process outlives the runner that was ended.
    await leftoverProcesses(runId);
    if (!existsSync(resultFile)) return { tests: [], problem: "the tests did not end" };
    return readResult(resultFile);
  }
}

/**
 * @param {string} file
 * @returns {TestRun}
 */
function readResult(file) {
  /** @type {{ testResults: { name: string, status: string, assertionResults: TestResult[] }[] }} */
  const { testResults } = readJson(file);
  const tests = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "passed" || status === "failed");
  const unloaded = testResults.find(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const problem = unloaded === undefined ? undefined : `${unloaded.name} does not load`;
  return { tests, problem };
}
