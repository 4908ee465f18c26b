import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { test } from "vitest";

const PROGRAM = `
  import { after, describe, test } from "node:test";
  import { memory } from "@holdfast/core";
  import { runConformance, shareProvider } from "@holdfast/conformance";
  const provider = memory();
  await runConformance({
    harness: { name: "memory", open: async () => shareProvider(provider) },
    runner: { describe, test, after },
  });
`;

test("the built suite runs under node:test", { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--test-reporter=tap", "--test-name-pattern=G-05", "--input-type=module", "-e", PROGRAM],
    { cwd: new URL("..", import.meta.url), maxBuffer: 2 ** 24 },
  );
  assert.match(stdout, /# fail 0/);
  assert.match(stdout, /ok \d+ - G-05 release-foreign: .*\n/);
});
