import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyRepository } from "./copy-repository.mjs";
import { readPatch } from "./red-patch.mjs";
import { RedRun } from "./red-run.mjs";
import { selectPatches } from "./red-selection.mjs";
import { progress } from "./set-up.mjs";
import { USAGE_EXIT_CODE } from "./usage-exit-code.mjs";
import { rootFolder } from "./workspace.mjs";

/** @typedef {import("./red-patch.mjs").RedPatch} RedPatch */

/**
 * Shows that the tests named after an invariant would notice it broken: each patch under test/red/
 * breaks one in a copy of the repository, and the tests of that name must then fail. `npm run red --
 * G-03` tries one invariant, and a patch's name, or part of it, that patch.
 */
const patchFolder = path.join(rootFolder, "test", "red");
const patches = readdirSync(patchFolder)
  .filter((file) => file.endsWith(".patch"))
  .sort()
  .map((file) => readPatch(path.join(patchFolder, file)));

const words = process.argv.slice(2).filter((word) => word !== "--");
const { chosen, unknown } = selectPatches(patches, words);
if (unknown.length > 0) {
  const named = unknown.map((word) => JSON.stringify(word)).join(", ");
  progress(`no invariant and no patch of test/red is named ${named}`);
  process.exitCode = USAGE_EXIT_CODE;
} else {
  process.exitCode = await main(chosen);
}

/** @param {RedPatch[]} wanted */
async function main(wanted) {
  const hasServers = process.env["HOLDFAST_SERVERS"] !== "none";
  const possible = wanted.filter(({ needsServer }) => hasServers || !needsServer);
  for (const { file } of wanted.filter((patch) => !possible.includes(patch))) {
    progress(`left out, as it needs a server: ${path.basename(file)}`);
  }
  if (possible.length === 0) return 1;
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-red-"));
  try {
    progress("copying the repository");
    copyRepository(folder);
    return await tryPatches(new RedRun(folder), possible);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {RedRun} run
 * @param {RedPatch[]} wanted
 */
async function tryPatches(run, wanted) {
  progress("the tests of the invariants, nothing broken");
  const problems = await run.checkWhole(wanted);
  /** @type {string[]} */
  const rows = [];
  for (const patch of problems.length > 0 ? [] : wanted) {
    const { failedCount, testCount, first, problem } = await run.tryPatch(patch);
    const row = `${patch.invariant}  ${patch.slug.padEnd(32)} ${failedCount} of ${testCount} tests failed`;
    rows.push(row);
    progress(`${row}${first === undefined ? "" : `, first: ${first}`}`);
    if (problem !== undefined) problems.push(`${patch.file}: ${problem}`);
  }
  console.log(["", ...rows, ""].join("\n"));
  for (const problem of problems) progress(`NOT RED: ${problem}`);
  if (problems.length === 0)
    progress(`${rows.length} patch${rows.length === 1 ? "" : "es"}, each one noticed`);
  return problems.length === 0 ? 0 : 1;
}
