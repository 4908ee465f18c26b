import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readPatch } from "../scripts/red-patch.mjs";
import { selectPatches } from "../scripts/red-selection.mjs";
import { rootFolder } from "../scripts/workspace.mjs";

const folder = path.join(rootFolder, "test", "red");
const patches = readdirSync(folder)
  .sort()
  .map((file) => readPatch(path.join(folder, file)));

function chosenBy(...words: readonly string[]): string[] {
  return selectPatches(patches, words).chosen.map(({ invariant, slug }) => `${invariant}-${slug}`);
}

describe("npm run red", () => {
  test("tries all patches, and there is one for each invariant", () => {
    expect(chosenBy()).toHaveLength(patches.length);
    const invariants = Array.from(
      { length: 12 },
      (_, index) => `G-${`${index + 1}`.padStart(2, "0")}`,
    );
    expect([...new Set(patches.map(({ invariant }) => invariant))]).toEqual(invariants);
  });

  test.each([
    ["an invariant", "G-10", ["G-10-release-error-masks-the-work"]],
    ["a patch", "G-09-listener-stays", ["G-09-listener-stays"]],
    ["its file", "G-09-listener-stays.patch", ["G-09-listener-stays"]],
    ["a part of its name", "no-ttl", ["G-08-redis-no-ttl"]],
  ])("tries what is named by %s", (_what, word, names) => {
    expect(chosenBy(word)).toEqual(names);
  });

  test("tries each patch once, whatever names it", () => {
    expect(chosenBy("G-10", "masks", "no-ttl")).toEqual([
      "G-08-redis-no-ttl",
      "G-10-release-error-masks-the-work",
    ]);
  });

  test.each(["G-13", "g-10", "no-such-patch", ""])("knows no %j", (word) => {
    expect(selectPatches(patches, ["G-10", word]).unknown).toEqual([word]);
  });
});
