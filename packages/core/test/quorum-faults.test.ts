import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const page = new URL("../../../docs/peers-faults.md", import.meta.url);

function read(target: string | undefined): string {
  return readFileSync(fileURLToPath(new URL(target ?? "", page)), "utf8");
}

test("every fault of other quorums names a test that is there, and the patch that it notices", () => {
  const rows = [
    ...read(page.href).matchAll(/^\| .*?\]\((.*?)\): "(.*?)" *\| \[(.*?)\]\((.*?)\) *\|$/gm),
  ];
  expect(rows.length).toBeGreaterThan(15);
  for (const [, file, title = "", name = "", patch] of rows) {
    expect(read(file)).toContain(`"${title}`);
    expect(title.slice(0, 4)).toBe(name.slice(0, 4));
    expect(read(patch)).toMatch(/^\+/m);
  }
});
