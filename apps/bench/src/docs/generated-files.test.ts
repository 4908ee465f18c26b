import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withBlocks, withoutBlocks } from "./generated-blocks.ts";
import { generatedFiles } from "./generated-files.ts";

function committed(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
}

test.each(generatedFiles())(
  "$path is what `npm run bench:readme` makes of the committed result",
  ({ path, text }) => {
    expect(committed(path)).toBe(text);
  },
);

test("docs/choosing.md has no figure that is not made of the result", () => {
  const prose = withoutBlocks(committed("docs/choosing.md"));
  expect(prose).toContain("# Which lock");
  expect(prose.match(/\d[\d.,]*\s?(?:[µnm]?s\b|KiB|%|×|\/s)/g)).toBeNull();
  expect(prose).not.toContain("<!-- bench:");
});

test("a block is written anew and the page around it stays", () => {
  const page = "a\n<!-- bench:one -->\n\nold\n\n<!-- /bench -->\nb\n";
  const written = withBlocks(page, { one: "new" });
  expect(written).toBe("a\n<!-- bench:one -->\n\nnew\n\n<!-- /bench -->\nb\n");
  expect(withBlocks(written, { one: "new" })).toBe(written);
  expect(() => withBlocks(page, {})).toThrow("there is no block one");
});
