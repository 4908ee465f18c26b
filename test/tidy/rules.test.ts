import { describe, expect, test } from "vitest";
import { dependencyProblems, driverTypeProblems } from "./dependency-rule.ts";
import { lengthProblems, nameProblems, remarkProblems, silenceProblems } from "./file-rules.ts";
import { functionLengthProblems, rulesOff, unexplainedRules } from "./lint-rules.ts";
import { adapterProblems, publishedProblems, scriptProblems } from "./package-rules.ts";
import { timeProblems } from "./time-rule.ts";

describe("the dependency rule", () => {
  test.each([
    ["packages/core/src/a.ts", 'import { x } from "ioredis";'],
    ["packages/core/src/a.ts", 'import type { x } from "@holdfast/redis";'],
    ["packages/core/src/a.ts", 'const x = await import("ioredis");'],
    ["packages/core/src/a.ts", 'export * from "../../redis/src/index.ts";'],
    ["packages/redis/src/a.ts", 'import { Redis } from "ioredis";'],
    ["packages/redis/src/a.ts", 'import "redis";'],
    ["packages/redis/src/a.ts", 'import { x } from "@holdfast/postgres";'],
    ["packages/redis/src/a.ts", 'import { x } from "@holdfast/core/dist/lease.js";'],
    ["packages/etcd/src/a.ts", 'import { x } from "@holdfast/redis";'],
    ["packages/test-servers/src/a.ts", 'import { x } from "@holdfast/core";'],
    ["packages/sqlite/src/a.ts", 'import { x } from "node:fs";'],
  ])("refuses in %s: %s", (path, text) => {
    expect(dependencyProblems({ path, text })).toHaveLength(1);
  });

  test.each([
    ["packages/core/src/a.ts", 'import { x } from "node:os";\nimport { y } from "./y.ts";'],
    ["packages/core/src/a.ts", '// as in: import { Redis } from "ioredis";'],
    ["packages/core/src/a.test.ts", 'import { test } from "vitest";'],
    ["packages/redis/src/a.ts", 'const { Redis } = await import("ioredis");'],
    ["packages/redlock/src/a.ts", 'import { redis } from "@holdfast/redis";'],
    ["apps/bench/src/a.ts", 'import { x } from "@holdfast/test-servers";'],
  ])("lets pass in %s: %s", (path, text) => {
    expect(dependencyProblems({ path, text })).toEqual([]);
  });

  test("sees a driver in emitted types", () => {
    const text = 'export declare const client: import("ioredis").Redis;';
    expect(driverTypeProblems({ path: "packages/redis/dist/a.d.ts", text })).toHaveLength(1);
  });
});

describe("the rule of time", () => {
  test.each([
    "const now = Date.now();",
    "const at = new Date();",
    "const at = Date();",
    "const at = new Date;",
    "const now = performance.now();",
    "const now = process.hrtime.bigint();",
    "setTimeout(work, 1);",
    "globalThis.setInterval(work, 1);",
    "setImmediate(work);",
    "const signal = AbortSignal.timeout(5);",
    "const part = Math.random();",
    "const id = crypto.randomUUID();",
    'import { randomBytes } from "node:crypto";',
    'import { createHash, randomInt } from "node:crypto";',
    'import * as crypto_ from "node:crypto";',
    'import { uptime } from "node:os";',
    'import { setTimeout as sleep } from "node:timers/promises";',
    'import { performance as clock } from "perf_hooks";',
  ])("refuses %s", (text) => {
    expect(timeProblems({ path: "packages/core/src/a.ts", text })).not.toEqual([]);
  });

  test.each([
    "// setTimeout(work, 1), Date.now() and Math.random() are not for here",
    'const command = "Date.now()";',
    'import { createHash } from "node:crypto";',
    'import { hostname } from "node:os";',
    "clock.setTimer(5, work);",
    "const text = new Date(wallMs).toISOString();",
    "queueMicrotask(work);",
    "socket.setTimeout(5);",
  ])("lets pass %s", (text) => {
    expect(timeProblems({ path: "packages/core/src/a.ts", text })).toEqual([]);
  });

  test("speaks of library code alone, and not of the two doors", () => {
    const text = "const now = Date.now();";
    for (const path of ["packages/core/src/clock.ts", "apps/bench/src/a.ts", "test/a.ts"]) {
      expect(timeProblems({ path, text })).toEqual([]);
    }
  });
});

describe("the rules of files", () => {
  test("a source has 400 lines at most, a test 600", () => {
    const lines = (count: number) => "x\n".repeat(count);
    expect(lengthProblems({ path: "packages/core/src/a.ts", text: lines(401) })).toHaveLength(1);
    expect(lengthProblems({ path: "packages/core/src/a.ts", text: lines(400) })).toEqual([]);
    expect(lengthProblems({ path: "packages/core/test/a.ts", text: lines(601) })).toHaveLength(1);
    expect(lengthProblems({ path: "packages/core/test/a.ts", text: lines(600) })).toEqual([]);
  });

  test.each([
    "packages/core/src/utils.ts",
    "packages/core/src/helpers/a.ts",
    "docs/decisions/a.md",
  ])("the name %s says too little", (path) => {
    expect(nameProblems({ path, text: "" })).toHaveLength(1);
  });

  test("a concept and a dated decision are names", () => {
    expect(nameProblems({ path: "packages/core/src/utilisation.ts", text: "" })).toEqual([]);
    expect(nameProblems({ path: "docs/decisions/2026-11-21-a-b.md", text: "" })).toEqual([]);
  });

  test.each(["see /root/a.ts", "cd /home/someone", "../../../../elsewhere/", "TODO: later"])(
    "the remark %s does not belong",
    (text) => {
      expect(remarkProblems({ path: "README.md", text })).toHaveLength(1);
    },
  );

  test.each([
    "// @ts-ignore",
    "// @ts-expect-error",
    "// biome-ignore lint/suspicious/noConsole",
    "// biome-ignore lint/suspicious/noConsole: ",
  ])("%s gives no reason", (text) => {
    expect(silenceProblems({ path: "a.ts", text })).toHaveLength(1);
  });

  test.each([
    "// @ts-expect-error the parameter is checked at run time too",
    "// biome-ignore lint/suspicious/noConsole: the program's output",
  ])("%s gives one", (text) => {
    expect(silenceProblems({ path: "a.ts", text })).toEqual([]);
  });
});

describe("the rules of packages", () => {
  const manifest = { name: "@holdfast/redis", scripts: { build: "tsc -b" } };

  test("a missing script is seen", () => {
    expect(scriptProblems({ path: "packages/redis", manifest, files: [] })).toHaveLength(1);
  });

  test("a published package without its papers is seen", () => {
    const problems = publishedProblems({ path: "packages/redis", manifest, files: [] });
    expect(problems.join("\n")).toMatch(
      /README[\s\S]*license[\s\S]*exports[\s\S]*files[\s\S]*engines/,
    );
  });

  test("a private package needs no papers", () => {
    const hidden = { ...manifest, private: true };
    expect(publishedProblems({ path: "packages/a", manifest: hidden, files: [] })).toEqual([]);
  });

  test("an adapter with a name of its own for a role is seen", () => {
    const files = ["README.md", "src/index.ts", "src/redis-provider.ts", "src/redis-options.ts"];
    const rest = [
      "src/driver.ts",
      "src/lua.ts",
      "test/conformance.test.ts",
      "test/behavior.test.ts",
    ];
    const problems = adapterProblems({
      path: "packages/redis",
      manifest,
      files: [...files, ...rest],
    });
    expect(problems).toEqual([
      "packages/redis: an adapter has src/redis-client.ts",
      "packages/redis: an adapter has src/scripts.ts or src/sql.ts or src/transactions.ts",
    ]);
  });
});

describe("the rules of the linter", () => {
  const config = {
    linter: { rules: { complexity: { useLiteralKeys: "off" } } },
    overrides: [
      {
        includes: ["apps/**"],
        linter: { rules: { complexity: { noExcessiveLinesPerFunction: "off" } } },
      },
    ],
  };

  test("a rule switched off without a word is seen", () => {
    expect(rulesOff(config)).toEqual(["noExcessiveLinesPerFunction", "useLiteralKeys"]);
    expect(unexplainedRules(config, "| `useLiteralKeys` | why |")).toHaveLength(1);
  });

  test("a missing or excepted measure of functions is seen", () => {
    expect(functionLengthProblems(config)).toHaveLength(2);
  });
});
