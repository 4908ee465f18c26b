import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { publicDeclarations } from "./declarations.mjs";
import { readJson } from "./workspace.mjs";

/**
 * Compares the package in the current folder with its `api.md`, or writes it (`--update`). A change
 * of what users can import is so seen in the diff of a commit, and never by accident.
 */
const folder = process.cwd();
const manifest = readJson(path.join(folder, "package.json"));
const report = path.join(folder, "api.md");
const wanted = manifest.private === true ? undefined : describe();

if (wanted === undefined) {
  console.log(`${manifest.name} is not published: no api.md`);
} else if (process.argv.includes("--update")) {
  writeFileSync(report, wanted);
  console.log(`${manifest.name}: api.md written`);
} else if (!existsSync(report) || readFileSync(report, "utf8") !== wanted) {
  console.error(
    `${manifest.name}: what it exports differs from its api.md. If that is meant, run ` +
      "`npm run check -- api --update`, commit api.md and add a changeset. The first difference:",
  );
  console.error(firstDifference(existsSync(report) ? readFileSync(report, "utf8") : "", wanted));
  process.exitCode = 1;
}

function describe() {
  const { exported, hidden } = publicDeclarations(path.join(folder, "dist", "index.d.ts"));
  const parts = [
    `# ${manifest.name}: what it exports`,
    "Made from the compiler's declarations by `npm run check -- api --update`; not edited by hand.",
    ...exported.map(section),
  ];
  if (hidden.length > 0) {
    parts.push("# Spoken of above, but not exported", ...hidden.map(section));
  }
  return `${parts.join("\n\n")}\n`;
}

/** @param {import("./declarations.mjs").Declaration} declaration */
function section({ name, text }) {
  return `## ${name}\n\n\`\`\`ts\n${text}\n\`\`\``;
}

/**
 * @param {string} committed
 * @param {string} actual
 */
function firstDifference(committed, actual) {
  const before = committed.split("\n");
  const after = actual.split("\n");
  const at = after.findIndex((line, index) => line !== before[index]);
  const line = at === -1 ? after.length : at;
  return `  line ${line + 1}\n  - ${before[line] ?? "(end)"}\n  + ${after[line] ?? "(end)"}`;
}
