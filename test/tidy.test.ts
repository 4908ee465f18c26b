import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readJson, rootFolder, workspaceGroups, workspacePackages } from "../scripts/workspace.mjs";
import { dependencyProblems, driverTypeProblems } from "./tidy/dependency-rule.ts";
import {
  lengthProblems,
  nameProblems,
  remarkProblems,
  silenceProblems,
} from "./tidy/file-rules.ts";
import { functionLengthProblems, unexplainedRules } from "./tidy/lint-rules.ts";
import {
  adapterProblems,
  type PackageFacts,
  publishedProblems,
  scriptProblems,
} from "./tidy/package-rules.ts";
import { timeProblems } from "./tidy/time-rule.ts";
import { type TrackedFile, trackedFiles } from "./tidy/tracked-files.ts";

const files = trackedFiles();
const packages = workspacePackages().map(
  ({ path: home, manifest }): PackageFacts => ({
    path: home,
    manifest,
    files: files
      .filter((file) => file.path.startsWith(`${home}/`))
      .map((file) => file.path.slice(home.length + 1)),
  }),
);
const biomeConfig = readJson(path.join(rootFolder, "biome.json"));

describe("every file", () => {
  test.each([
    ["imports only what its package may import", dependencyProblems],
    ["leaves time and randomness to clock.ts and random.ts", timeProblems],
    ["can be read in one sitting", lengthProblems],
    ["is named after what it holds", nameProblems],
    ["speaks of the project alone", remarkProblems],
    ["says why where it silences a checker", silenceProblems],
  ])("%s", (_title, rule) => {
    expect(files.flatMap(rule)).toEqual([]);
  });
});

describe("every package", () => {
  test.each([
    ["has the same scripts", scriptProblems],
    ["is complete when it is published", publishedProblems],
    ["has the same files per role when it is an adapter", adapterProblems],
  ])("%s", (_title, rule) => {
    expect(packages.flatMap(rule)).toEqual([]);
  });

  test("leaves the driver out of its public types", () => {
    expect(declarationFiles().flatMap(driverTypeProblems)).toEqual([]);
  });

  test("is in a folder that pnpm and the scripts both know", () => {
    const workspace = readFileSync(path.join(rootFolder, "pnpm-workspace.yaml"), "utf8");
    const globs = [...workspace.matchAll(/^ {2}- (\w+)\/\*$/gm)].map(([, group]) => group);
    expect(globs).toEqual(workspaceGroups);
  });
});

describe("the linter", () => {
  test("measures the length of functions", () => {
    expect(functionLengthProblems(biomeConfig)).toEqual([]);
  });

  test("has a reason for every rule that is off", () => {
    const file = path.join(rootFolder, "CONTRIBUTING.md");
    const contributing = existsSync(file) ? readFileSync(file, "utf8") : "";
    expect(unexplainedRules(biomeConfig, contributing)).toEqual([]);
  });
});

function declarationFiles(): TrackedFile[] {
  return workspacePackages()
    .filter(({ published }) => published)
    .flatMap(({ folder, path: home }) => {
      const dist = path.join(folder, "dist");
      return readdirSync(dist, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".d.ts"))
        .map((file) => ({
          path: `${home}/dist/${file}`,
          text: readFileSync(path.join(dist, file), "utf8"),
        }));
    });
}
