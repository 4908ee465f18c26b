import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filesToMutate, mutationParts } from "./mutation-parts.mjs";
import { explanationProblems, mutationPage, readMutants, scoreTable } from "./mutation-report.mjs";
import { runProcess } from "./run-process.mjs";
import { progress } from "./set-up.mjs";
import { USAGE_EXIT_CODE } from "./usage-exit-code.mjs";
import { cacheFolder, rootFolder } from "./workspace.mjs";

const HELP = `npm run mutate [-- WORD...] [--quick] [--force] [--page]

Changes core's sources a little, one mutant after the other, and runs the unit tests that reach the change: they should
notice. Without words every part, otherwise the parts and files named.

  parts      ${[...mutationParts.keys()].join(", ")}
  files      held-lease, quorum/election, ... of packages/core/src
  --quick    without the slowest tests; a run without it looks at the survivors again
  --force    also those mutants whose code and tests are as they were at the last run
  --page     runs nothing: writes docs/mutation.md from the last results

Results, with every mutant in its place, are in node_modules/.cache/holdfast/mutation/mutants.html.
`;

const packageFolder = path.join(rootFolder, "packages", "core");
const resultFolder = path.join(cacheFolder, "mutation");
const resultFile = path.join(resultFolder, "mutants.json");
const pageFile = path.join(rootFolder, "docs", "mutation.md");

const words = process.argv.slice(2).filter((word) => word !== "--");
const named = words.filter((word) => !word.startsWith("-"));
const flags = words.filter((word) => word.startsWith("-"));
const { files, unknown } = filesToMutate(named);
const stray = [
  ...unknown,
  ...flags.filter((flag) => !["--quick", "--force", "--page", "--help", "-h"].includes(flag)),
];
if (stray.length > 0) {
  progress(`no part, file or flag is named ${stray.join(", ")}; see npm run mutate -- --help`);
  process.exitCode = USAGE_EXIT_CODE;
} else if (flags.includes("--help") || flags.includes("-h")) {
  process.stdout.write(HELP);
} else if (flags.includes("--page")) {
  process.exitCode = await writePage();
} else {
  process.exitCode = await mutate();
}

async function mutate() {
  mkdirSync(resultFolder, { recursive: true });
  const stryker = path.join(rootFolder, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const { code } = await runProcess(
    process.execPath,
    [
      ...[stryker, "run", "../../test/mutation/stryker.config.json", "--mutate", files.join(",")],
      ...(flags.includes("--force") ? ["--force"] : []),
    ],
    { cwd: packageFolder, env: { HOLDFAST_MUTATION: flags.includes("--quick") ? "quick" : "all" } },
  );
  if (code !== 0) return code;
  const mutants = readMutants(resultFile).filter(({ file }) => files.includes(`src/${file}`));
  process.stdout.write(`${scoreTable(mutants)}\n`);
  for (const { file, line, original, replacement, reason } of mutants.filter(
    ({ isAlive }) => isAlive,
  )) {
    if (reason !== undefined) continue;
    process.stdout.write(`survived: ${file}:${line}  ${original}  ->  ${replacement}\n`);
  }
  return 0;
}

/** @returns {Promise<number>} The exit code: 1 when an explanation is not true any more. */
async function writePage() {
  const mutants = existsSync(resultFile) ? readMutants(resultFile) : [];
  const measured = new Set(mutants.map(({ file }) => `src/${file}`));
  const missing = filesToMutate([]).files.filter((file) => !measured.has(file));
  const problems = explanationProblems(mutants);
  for (const problem of problems) progress(problem);
  if (problems.length > 0) return 1;
  writeFileSync(pageFile, mutationPage(mutants, missing));
  const biome = path.join(rootFolder, "node_modules/@biomejs/biome/bin/biome");
  const format = [biome, "format", "--write", pageFile];
  return (await runProcess(process.execPath, format, { cwd: rootFolder })).code;
}
