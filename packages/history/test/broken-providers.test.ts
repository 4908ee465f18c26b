import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkers } from "../src/check-all.ts";
import type { BrokenProvider } from "./broken/broken-provider.ts";
import { catalogue } from "./broken/catalogue.ts";
import { type Caught, findCaught } from "./broken/find-caught.ts";

const PAGE = new URL("../../../docs/checkers.md", import.meta.url);

const searches = new Map<BrokenProvider, Promise<Caught | undefined>>();

/** The search takes a while and always finds the same. */
function caught(broken: BrokenProvider): Promise<Caught | undefined> {
  const search = searches.get(broken) ?? findCaught(broken);
  searches.set(broken, search);
  return search;
}

describe("a broken provider, beside a correct one that nothing blames", () => {
  test.each(catalogue)("$id is caught by $caughtBy", async (broken) => {
    expect(await caught(broken)).toBeDefined();
  });
});

test("every checker is the one that has to notice some broken provider", () => {
  const names = new Set(catalogue.map(({ caughtBy }) => caughtBy));
  expect([...names].sort()).toEqual(Object.keys(checkers).sort());
});

test("every broken provider has its own name", () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
});

test("docs/checkers.md says of each what is wrong with it and what catches it", async () => {
  const rows = catalogue.map(async (broken) => {
    const { seed, also } = (await caught(broken)) ?? { seed: 0, also: [] };
    const { id, fault, caughtBy, scenario } = broken;
    const members = `${scenario.members}`;
    return [`\`${id}\``, fault, members, caughtBy, also.join(", "), `${seed}`];
  });
  expect(rowsOfPage("| broken provider")).toEqual(await Promise.all(rows));
});

test("docs/checkers.md has a row for every checker", () => {
  const names = rowsOfPage("| checker").map(([name]) => name?.replaceAll("`", ""));
  expect(names).toEqual(Object.keys(checkers));
});

/** The cells of the table whose first line begins so, without its two head lines. */
function rowsOfPage(head: string): readonly (readonly string[])[] {
  const lines = readFileSync(PAGE, "utf8").split("\n");
  const from = lines.findIndex((line) => line.startsWith(head));
  const table = lines.slice(from, lines.indexOf("", from));
  return table.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
