import { expect, test } from "vitest";
import { systemRandom } from "./random.ts";

test("holderIds are 22 characters of base64url and never repeat", () => {
  const ids = new Set<string>();
  for (let round = 0; round < 10_000; round += 1) ids.add(systemRandom.holderId());
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});
