import { expect, test } from "vitest";
import { Hold } from "./hold.ts";
import { HoldTable } from "./hold-table.ts";

/** Of one lock and one holder, asked for so many times. */
function hold(): Hold {
  const more = { key: "1", description: "", sinceMs: 0 };
  return new Hold({ name: "a", holderId: "holder", ttlMs: 1_000 }, more);
}

test("G-05 the end of an earlier request does not end the later one of its holder", () => {
  const table = new HoldTable();
  const [earlier, later] = [hold(), hold()];
  for (const each of [earlier, later]) {
    expect(table.claim(each)).toBe(true);
    table.add(each);
    if (each === earlier) table.end(earlier, "absent");
  }
  table.end(earlier, "unknown");
  expect(table.find("a", "holder")).toBe(later);
  expect(table.holderOf("1")).toBe(later);
});
