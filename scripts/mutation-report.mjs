import { readFileSync } from "node:fs";
import path from "node:path";
import { mutationParts } from "./mutation-parts.mjs";
import { readJson, rootFolder } from "./workspace.mjs";

/**
 * @typedef {object} Mutant
 * @property {string} file From `packages/core/src`.
 * @property {number} line
 * @property {string} code The line it begins in.
 * @property {string} original What it replaces, on one line.
 * @property {string} replacement On one line.
 * @property {"Killed" | "Timeout" | "Survived" | "NoCoverage" | string} status
 * @property {boolean} isAlive No test noticed it.
 * @property {string | undefined} reason Why no test can, of those that live.
 */

/**
 * @typedef {object} Explanation Of survivors that change nothing anybody could notice.
 * @property {string} file
 * @property {string} code The line they begin in.
 * @property {Record<string, string | string[]>} mutants What is replaced, and by what.
 * @property {string} reason
 */

const { devDependencies } = readJson(path.join(rootFolder, "package.json"));
const explanationFile = path.join(rootFolder, "test", "mutation", "equivalents.json");
const CAUGHT = ["Killed", "Timeout"];
const ALIVE = ["Survived", "NoCoverage"];
const TEXT_LENGTH_MAX = 100;

/** @returns {Explanation[]} */
function explanations() {
  return readJson(explanationFile);
}

/**
 * @param {string} file What Stryker wrote.
 * @returns {Mutant[]} In the order of the parts and of the code.
 */
export function readMutants(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  const known = explanations();
  return [...mutationParts.values()].flat().flatMap((name) => {
    const result = report.files[`src/${name}`];
    const lines = result?.source.split("\n") ?? [];
    return (result?.mutants ?? []).map((/** @type {any} */ found) => {
      const { status, location, replacement } = found;
      const code = lines[location.start.line - 1].trim();
      const mutant = {
        file: name,
        line: location.start.line,
        code,
        original: oneLine(textAt(lines, location)),
        replacement: oneLine(replacement),
        status,
        isAlive: ALIVE.includes(status),
      };
      return { ...mutant, reason: known.find((one) => explains(one, mutant))?.reason };
    });
  });
}

/**
 * @param {readonly Mutant[]} mutants
 * @returns {string} A table of Markdown: a row a part in bold, and below it one a file.
 */
export function scoreTable(mutants) {
  const rows = [["", "mutants", "killed", "survived", "explained", "score"]];
  for (const [part, files] of mutationParts) {
    const ofPart = mutants.filter(({ file }) => files.includes(file));
    if (ofPart.length === 0) continue;
    rows.push(scoreRow(`**${part}**`, ofPart));
    for (const file of files) {
      const ofFile = mutants.filter((mutant) => mutant.file === file);
      if (ofFile.length > 0) rows.push(scoreRow(`\`${file}\``, ofFile));
    }
  }
  rows.push(scoreRow("**all**", mutants));
  return table(rows);
}

/**
 * @param {string} name
 * @param {readonly Mutant[]} mutants
 */
function scoreRow(name, mutants) {
  const caught = mutants.filter(({ status }) => CAUGHT.includes(status)).length;
  const alive = mutants.filter(({ isAlive }) => isAlive);
  const explained = alive.filter(({ reason }) => reason !== undefined).length;
  const count = caught + alive.length;
  const score = count === 0 ? "" : `${((100 * caught) / count).toFixed(1)} %`;
  return [name, ...[count, caught, alive.length, explained].map(String), score];
}

/**
 * What an explanation says has to be there, and alive.
 *
 * @param {readonly Mutant[]} mutants
 * @returns {string[]}
 */
export function explanationProblems(mutants) {
  const measured = new Set(mutants.map(({ file }) => file));
  const known = explanations().filter(({ file }) => measured.has(file));
  return known.flatMap((explanation) =>
    Object.entries(explanation.mutants)
      .flatMap(([original, replacements]) =>
        [replacements].flat().map((replacement) => ({ original, replacement })),
      )
      .filter(({ original, replacement }) => {
        const one = { ...explanation, mutants: { [original]: replacement } };
        return !mutants.some((mutant) => mutant.isAlive && explains(one, mutant));
      })
      .map(({ original, replacement }) => {
        const { file, code } = explanation;
        return `${file}: ${original} -> ${replacement} in \`${code}\` is explained, but not alive`;
      }),
  );
}

/**
 * @param {Explanation} explanation
 * @param {Pick<Mutant, "file" | "code" | "original" | "replacement">} mutant
 */
function explains(explanation, { file, code, original, replacement }) {
  return (
    explanation.file === file &&
    explanation.code === code &&
    [explanation.mutants[original]].flat().includes(replacement)
  );
}

/**
 * @param {readonly Mutant[]} mutants
 * @param {readonly string[]} missing Files without results.
 * @returns {string} The page docs/mutation.md.
 */
export function mutationPage(mutants, missing) {
  const alive = mutants.filter(({ isAlive }) => isAlive);
  const explained = alive.filter(({ reason }) => reason !== undefined);
  const open = alive.filter(({ reason }) => reason === undefined);
  return `${HEAD}
${scoreTable(mutants)}
${missing.length === 0 ? "" : `\nNot measured yet: ${missing.map((file) => `\`${file}\``).join(", ")}.\n`}
## Survivors that change nothing

They count as survived in the table. Each is in \`test/mutation/equivalents.json\`, which is compared with the
results when this page is made.

${table([["mutant", "why nobody can notice"], ...explained.map((one) => [...survivor(one), one.reason ?? ""])])}

## Survivors without an explanation

${open.length === 0 ? "None." : table([["mutant"], ...open.map(survivor)])}
`;
}

const HEAD = `# Mutation testing

A mutant is the source with one small change: a comparison turned round, a call left out, a text emptied. A test suite is
worth what it notices, so every mutant that no unit test notices is either a missing test or a change that means nothing.

\`\`\`sh
npm run mutate                # every part
npm run mutate -- lease asker # a part, or a file
npm run mutate -- --page      # makes this page from the last results
\`\`\`

Stryker ${devDependencies["@stryker-mutator/core"]} makes the mutants and runs, for each, the tests of \`packages/core\` that reach the changed code. They own their
clock, so none waits. The conformance suite, the simulation and the tests on servers are not among them, nor, with \`--quick\`, the
three slowest files: what only they would notice counts as survived here. A mutant that makes the tests run for ever is killed by its time limit, and one
that breaks the run itself is not counted.
`;

/** @param {Mutant} mutant */
function survivor({ file, line, original, replacement }) {
  return [`\`${file}:${line}\` ${quoted(original)} → ${quoted(replacement)}`];
}

/** @param {string} text */
function quoted(text) {
  const fence = text.includes("`") ? "``" : "`";
  return `${fence}${fence === "``" ? ` ${text} ` : text}${fence}`;
}

/** @param {readonly (readonly string[])[]} rows The first is the head. */
function table([head = [], ...rows]) {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

/**
 * @param {readonly string[]} lines
 * @param {{ start: { line: number, column: number }, end: { line: number, column: number } }} location
 */
function textAt(lines, { start, end }) {
  const within = lines.slice(start.line - 1, end.line);
  const last = within.length - 1;
  within[last] = (within[last] ?? "").slice(0, end.column - 1);
  within[0] = (within[0] ?? "").slice(start.column - 1);
  return within.join("\n");
}

/** @param {string} text */
function oneLine(text) {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= TEXT_LENGTH_MAX ? line : `${line.slice(0, TEXT_LENGTH_MAX)}…`;
}
