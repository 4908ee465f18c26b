import path from "node:path";
import { changesetProblems } from "./changesets.mjs";
import { runProcess } from "./run-process.mjs";
import { progress, runPnpm } from "./set-up.mjs";
import { USAGE_EXIT_CODE } from "./usage-exit-code.mjs";
import { rootFolder, workspacePackages } from "./workspace.mjs";

/**
 * @typedef {object} Gate
 * @property {string} what
 * @property {() => Promise<boolean>} passes Prints what is wrong.
 */

/** @type {Record<string, Gate>} */
const gates = {
  types: { what: "the types of every package, test and script", passes: checkTypes },
  lint: { what: "lint and format", passes: () => runTool("@biomejs/biome/bin/biome", ["check"]) },
  knip: { what: "unused files, exports and dependencies", passes: checkUnused },
  pkg: { what: "what npm would be given", passes: () => runTurbo("pkg") },
  api: { what: "exports against api.md", passes: checkApi },
  changesets: { what: "release notes", passes: checkChangesets },
  consumers: { what: "packed packages in empty projects", passes: checkConsumers },
  "sim-nodes": { what: "one seed, one world on every Node", passes: checkSimulation },
};

const words = process.argv.slice(2);
const update = words.includes("--update");
const named = words.filter((word) => !word.startsWith("--"));
const unknown = named.filter((word) => !(word in gates));
if (unknown.length > 0) {
  progress(`no gate named ${unknown.join(", ")}; there are ${Object.keys(gates).join(", ")}`);
  process.exitCode = USAGE_EXIT_CODE;
} else {
  process.exitCode = await runGates(named.length > 0 ? named : Object.keys(gates));
}

/** @param {string[]} names */
async function runGates(names) {
  /** @type {string[]} */
  const failed = [];
  for (const name of names) {
    const startedMs = performance.now();
    const passed = (await gates[name]?.passes()) ?? false;
    const tookS = ((performance.now() - startedMs) / 1_000).toFixed(1);
    progress(`${passed ? "ok    " : "FAILED"} ${name}: ${gates[name]?.what} (${tookS} s)`);
    if (!passed) failed.push(name);
  }
  if (failed.length === 0) return 0;
  progress(`failed: ${failed.join(", ")}. One alone: npm run check -- ${failed[0]}`);
  return 1;
}

async function checkTypes() {
  const packagesPass = await runTurbo("types");
  const rootPasses = await runTool("typescript/bin/tsc", ["-p", "tsconfig.json"]);
  return packagesPass && rootPasses;
}

function checkUnused() {
  return runTool("knip/bin/knip.js", ["--no-progress", "--treat-config-hints-as-errors"]);
}

async function checkApi() {
  if (!update) return await runTurbo("api");
  if (!(await runTurbo("build"))) return false;
  for (const { folder, published } of workspacePackages()) {
    if (!published) continue;
    const script = path.join(rootFolder, "scripts", "api.mjs");
    const { code } = await runProcess(process.execPath, [script, "--update"], { cwd: folder });
    if (code !== 0) return false;
  }
  return true;
}

async function checkChangesets() {
  const problems = changesetProblems();
  for (const problem of problems) progress(problem);
  return problems.length === 0;
}

function checkConsumers() {
  return runBuilt("consumers.mjs");
}

function checkSimulation() {
  return runBuilt("sim-nodes.mjs");
}

/** @param {string} script Beside this one; it needs the builds of the packages. */
async function runBuilt(script) {
  if (!(await runTurbo("build"))) return false;
  const file = path.join(rootFolder, "scripts", script);
  return (await runProcess(process.execPath, [file])).code === 0;
}

/** @param {string} task */
async function runTurbo(task) {
  const { code } = await runPnpm(
    ["exec", "turbo", "run", task, "--output-logs=errors-only", "--continue"],
    { quiet: true },
  );
  return code === 0;
}

/**
 * @param {string} script Under the root's node_modules.
 * @param {string[]} toolArguments
 */
async function runTool(script, toolArguments) {
  const file = path.join(rootFolder, "node_modules", script);
  const { code } = await runProcess(process.execPath, [file, ...toolArguments], { quiet: true });
  return code === 0;
}
