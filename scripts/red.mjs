import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyRepository } from "./copy-repository.mjs";
import { readPatch } from "./red-patch.mjs";
import { RedRun } from "./red-run.mjs";
import { progress } from "./set-up.mjs";
import { rootFolder } from "./workspace.mjs";

/**
 * Shows that the tests named after an invariant would notice it broken: each patch under test/red/
 * breaks one in a copy of the repository, and the tests of that name must then fail. `npm run red --
 * G-03` tries one invariant.
 */
const invariants = Array.from({ length: 12 }, (_, index) => `G-${`${index + 1}`.padStart(2, "0")}`);
const patchFolder = path.join(rootFolder, "test", "red");

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const unknown = wanted.filter((word) => !invariants.includes(word));
if (unknown.length > 0) {
  progress(`no invariant named ${unknown.join(", ")}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main(wanted.length > 0 ? wanted : invariants);
}

/** @param {string[]} chosen */
async function main(chosen) {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-red-"));
  try {
    progress("copying the repository");
    copyRepository(folder);
    return await tryPatches(new RedRun(folder), chosen);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {RedRun} run
 * @param {string[]} chosen
 */
async function tryPatches(run, chosen) {
  const patches = readdirSync(patchFolder)
    .filter((file) => file.endsWith(".patch"))
    .sort()
    .map((file) => readPatch(path.join(patchFolder, file)))
    .filter(({ invariant }) => chosen.includes(invariant))
    .filter(({ needsServer }) => !needsServer || process.env["HOLDFAST_SERVERS"] !== "none");
  const problems = chosen
    .filter((invariant) => !patches.some((patch) => patch.invariant === invariant))
    .map((invariant) => `${invariant} has no patch under test/red`);
  progress("the tests of the invariants, nothing broken");
  problems.push(...(await run.checkWhole(patches)));
  /** @type {string[]} */
  const rows = [];
  for (const patch of problems.length > 0 ? [] : patches) {
    const { failedCount, testCount, first, problem } = await run.tryPatch(patch);
    const row = `${patch.invariant}  ${patch.slug.padEnd(32)} ${failedCount} of ${testCount} tests failed`;
    rows.push(row);
    progress(`${row}${first === undefined ? "" : `, first: ${first}`}`);
    if (problem !== undefined) problems.push(`${patch.file}: ${problem}`);
  }
  console.log(["", ...rows, ""].join("\n"));
  for (const problem of problems) progress(`NOT RED: ${problem}`);
  if (problems.length === 0) progress(`${rows.length} patches, each one noticed`);
  return problems.length === 0 ? 0 : 1;
}
