import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readJson, rootFolder, workspacePackages } from "./workspace.mjs";

const UNRELEASED = "0.0.0";
const FORM = /^---\n(?<head>[\s\S]*?)\n---\n(?<text>[\s\S]*)$/;
const BUMP = /^"(?<name>[^"]+)": (?:patch|minor|major)$/;

/**
 * What is wrong with the waiting release notes: a form that the release tool refuses, a package that
 * is not there, no word for users, or a package on its way to a first release without any note.
 *
 * @returns {string[]}
 */
export function changesetProblems() {
  const folder = path.join(rootFolder, ".changeset");
  const published = workspacePackages().filter((each) => each.published);
  const names = published.map(({ manifest }) => manifest.name);
  const notes = readdirSync(folder)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .map((file) => ({ file, ...readNote(readFileSync(path.join(folder, file), "utf8")) }));
  const problems = notes.flatMap(({ file, bumped, problem }) => [
    ...(problem === undefined ? [] : [`.changeset/${file}: ${problem}`]),
    ...bumped
      .filter((name) => !names.includes(name))
      .map((name) => `.changeset/${file}: ${name} is not a published package`),
  ]);
  const noted = new Set(notes.flatMap(({ bumped }) => bumped));
  const unnoted = published.filter(
    ({ manifest }) => manifest.version === UNRELEASED && !noted.has(manifest.name),
  );
  for (const { manifest } of unnoted) {
    problems.push(`${manifest.name} was never released and no changeset names it`);
  }
  if (!isFixed(readJson(path.join(folder, "config.json")))) {
    problems.push(".changeset/config.json: all packages carry one version (`fixed`)");
  }
  return problems;
}

/**
 * @param {string} text
 * @returns {{ bumped: string[], problem: string | undefined }}
 */
function readNote(text) {
  const { head = "", text: words = "" } = FORM.exec(text)?.groups ?? {};
  const lines = head.split("\n").filter((line) => line !== "");
  const bumped = lines.map((line) => BUMP.exec(line)?.groups?.["name"]);
  if (lines.length === 0 || bumped.includes(undefined)) {
    return { bumped: [], problem: 'the head is not lines of `"package": patch|minor|major`' };
  }
  const problem = words.trim() === "" ? "says nothing to users" : undefined;
  return { bumped: bumped.filter((name) => name !== undefined), problem };
}

/** @param {{ fixed?: string[][] }} config */
function isFixed(config) {
  return config.fixed?.some((group) => group.includes("@holdfast/*")) ?? false;
}
