import assert from "node:assert/strict";
import { memory } from "@holdfast/core";
import { test } from "vitest";
import { cases, caseTitle, type Runner, runConformance, shareProvider } from "../src/index.ts";

test("every case has an id of its own, a sentence and an invariant", () => {
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  for (const each of cases) {
    assert.match(each.id, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(each.invariants.length > 0);
    assert.ok(!each.title.endsWith("."), caseTitle(each));
  }
});

test("every invariant has at least three cases", () => {
  for (let number = 1; number <= 12; number += 1) {
    const invariant = `G-${String(number).padStart(2, "0")}`;
    const count = cases.filter(({ invariants }) =>
      invariants.some((id) => id === invariant),
    ).length;
    assert.ok(count >= 3, `${invariant} has ${count}`);
  }
});

test("a skipped case is registered as skipped and printed, with the declared reason", async () => {
  const [run, skipped, printed]: [string[], string[], string[]] = [[], [], []];
  const register = Object.assign((title: string) => void run.push(title), {
    skip: (title: string) => void skipped.push(title),
  });
  const runner: Runner = {
    describe: (_, body) => body(),
    test: register,
    after: () => undefined,
  };
  const provider = memory();
  await runConformance({
    harness: { name: "memory", open: async () => shareProvider(provider) },
    runner,
    print: (line) => void printed.push(line),
  });
  assert.equal(run.length + skipped.length, cases.length);
  assert.ok(skipped.length > 0);
  for (const title of skipped) {
    assert.match(title, /\(skipped: (declares|has|harness) .+\)$/);
    assert.ok(printed.some((line) => line.endsWith(title)));
  }
  assert.ok(skipped.some((title) => title.includes("declares scope: process")));
  assert.ok(printed[0]?.startsWith(`conformance: memory: ${cases.length} cases`));
});
