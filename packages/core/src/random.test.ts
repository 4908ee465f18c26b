import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { systemRandom } from "./random.ts";

/** Vitest does not run under `--expose-gc`. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

test("holderIds are 22 characters of base64url and never repeat", () => {
  const ids = new Set<string>();
  for (let round = 0; round < 10_000; round += 1) ids.add(systemRandom.holderId());
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test("a holderId that is kept for long keeps little memory", () => {
  const kept: string[] = [];
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 2_000; round += 1) {
    for (let other = 0; other < 1_000; other += 1) systemRandom.holderId();
    kept.push(systemRandom.holderId());
  }
  collectGarbage();
  expect((process.memoryUsage().heapUsed - before) / kept.length).toBeLessThan(1_000);
});
