import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { cases } from "../packages/conformance/dist/index.js";
import { readJson, rootFolder } from "../scripts/workspace.mjs";
import { type TrackedFile, trackedFiles } from "./tidy/tracked-files.ts";

const pages = trackedFiles().filter(
  (file) => file.path.endsWith(".md") && !/(?:^|\/)(?:api|CHANGELOG)\.md$/.test(file.path),
);
const INVARIANTS = Array.from({ length: 12 }, (_, index) => `G-${`${index + 1}`.padStart(2, "0")}`);

function read(file: string): string {
  return readFileSync(path.join(rootFolder, file), "utf8");
}

/** The members of an exported interface or union, from its source. */
function namesIn(file: string, from: string, name: RegExp): string[] {
  const text = read(file);
  const body = text.slice(text.indexOf(from)).split(/\n(?:\}|\n)/)[0] ?? "";
  return [...body.matchAll(name)].map(([, found = ""]) => found);
}

test.each([
  ["README.md", 150],
  ["ARCHITECTURE.md", 300],
])("%s has at most %i lines", (page, linesMax) => {
  expect(read(page).split("\n").length - 1).toBeLessThanOrEqual(linesMax);
});

test("every code of an error has its heading, with when, outcome and what to do", () => {
  const codes = namesIn("packages/core/src/lock-error.ts", "type LockErrorCode", /"([A-Z_]+)"/g);
  const sections = read("docs/errors.md").split(/^## /m).slice(1);
  expect(sections.map((section) => section.split("\n")[0])).toEqual(codes);
  for (const section of sections) {
    expect(section).toMatch(/\*\*When\.\*\*[\s\S]*\*\*Outcome\.\*\*[\s\S]*\*\*Do\.\*\*/);
  }
});

test.each([
  ["createLocks", "interface LocksOptions"],
  ["limits", "interface Limits"],
])("core's README has a row for every option of %s", (_what, from) => {
  const names = namesIn("packages/core/src/locks-options.ts", from, /^ {2}readonly (\w+)/gm);
  const readme = read("packages/core/README.md");
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !new RegExp(`^\\| \`${name}\` +\\|`, "m").test(readme))).toEqual(
    [],
  );
});

test.each(["ARCHITECTURE.md", "docs/guarantees.md"])("%s states every invariant", (page) => {
  const text = read(page);
  expect(INVARIANTS.filter((id) => !text.includes(id))).toEqual([]);
});

test.each([
  "ARCHITECTURE.md",
  "docs/guarantees.md",
  "docs/track-record.md",
  "docs/writing-a-provider.md",
])("every case that %s names exists", (page) => {
  const ids = new Set(cases.map(({ id }) => id));
  const cells = [...read(page).matchAll(/\| ([^|\n]*) \|$/gm)].map(([, cell = ""]) => cell);
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)]);
  expect(named.length).toBeGreaterThan(0);
  expect(named.map(([, id = ""]) => id).filter((id) => !ids.has(id))).toEqual([]);
});

test("docs/track-record.md names the seeds that the simulation always runs, and no others", () => {
  const rows = read("docs/track-record.md").matchAll(/\| simulation, ([\w-]+), seed (\d+) +\|/g);
  const named = [...rows].map(([, topology, seed]) => ({ topology, seed: Number(seed) }));
  const file = path.join(rootFolder, "packages/simulation/test/regression-seeds.json");
  const run = readJson(file) as { seed: number; topology?: string }[];
  expect(run.length).toBeGreaterThan(0);
  // A seed without a topology draws its own.
  const drawn = ({ seed }: { seed: number }) => named.find((row) => row.seed === seed)?.topology;
  const always = run.map((one) => ({ topology: one.topology ?? drawn(one), seed: one.seed }));
  expect(always.sort(bySeed)).toEqual(named.sort(bySeed));
});

test.each(pages)("no table of $path has two rows of one thing", ({ text }) => {
  const tables = text.match(/^(?:\|.*\n)+/gm) ?? [];
  expect(tables.flatMap((table) => repeated(table.split("\n").map(firstCell)))).toEqual([]);
});

test.each(pages)("$path links to what is there", (page) => {
  expect(linksOf(page).filter((target) => !existsSync(target))).toEqual([]);
});

test.each(["docs/track-record.md", "docs/errors.md", "CONTRIBUTING.md"])(
  "every file that %s names by its path exists",
  (page) => {
    const named = filesNamedIn(page).filter((file) => file.includes("/") && !file.includes("<"));
    expect(named.filter((file) => !existsSync(path.join(rootFolder, file)))).toEqual([]);
  },
);

test("every title that docs/track-record.md quotes is in the file that it names", () => {
  const quoted = quotedTitles("docs/track-record.md");
  expect(quoted.length).toBeGreaterThan(100);
  expect(quoted.filter(({ file, title }) => !hasTitle(file, title))).toEqual([]);
});

test("every file of tests that docs/track-record.md names is there with a title", () => {
  const tests = read("docs/track-record.md").matchAll(/`([\w./-]+\.test\.ts)`(?!: ")/g);
  const untitled = [...tests].map(([, file]) => file);
  // Every case of the suite; and the last second of a guard, which no title is about.
  const conformance = "packages/redis/test/conformance.test.ts";
  expect(untitled).toEqual([conformance, "packages/redis/test/member.test.ts"]);
});

test("every file that ARCHITECTURE.md names exists", () => {
  const named = filesNamedIn("ARCHITECTURE.md");
  const places = ["", "packages/core/src", "packages/redis", "packages/redis/src"];
  const isThere = (file: string) =>
    places.some((place) => existsSync(path.join(rootFolder, place, file)));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !isThere(file))).toEqual(["sql.ts"]);
});

function bySeed(one: { seed: number }, other: { seed: number }): number {
  return one.seed - other.seed;
}

function firstCell(row: string): string {
  return row.split(/(?<!\\)\|/)[1]?.trim() ?? "";
}

/** What is in a list a second time, but for empty strings. */
function repeated(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== "" && words.indexOf(word) < index);
}

/** Of rows like `a.test.ts`: "a title" and "another". */
function quotedTitles(page: string): { file: string; title: string }[] {
  const rows = read(page).matchAll(/`([\w./-]+\.ts)`: ("[^"\n]+"(?: and "[^"\n]+")*)/g);
  return [...rows].flatMap(([, file = "", titles = ""]) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => ({ file, title })),
  );
}

/** Whether the file has it as a string, in which … stands for anything. */
function hasTitle(file: string, title: string): boolean {
  const parts = title.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(["\`])${parts.join("[^\\n]*")}\\1`).test(read(file));
}

function filesNamedIn(page: string): string[] {
  return [...read(page).matchAll(/`([\w./-]+\.(?:ts|md|mjs))`/g)].map(([, file = ""]) => file);
}

/** Absolute paths of what a page links to inside the repository. */
function linksOf({ path: page, text }: TrackedFile): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) =>
    path.join(rootFolder, path.dirname(page), target),
  );
}
