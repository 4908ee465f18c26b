import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type RedisServer, startRedis } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Holdfast, MAIN } from "./holdfast.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const project = mkdtempSync(path.join(tmpdir(), "holdfast-readme-"));
let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
  const commands = path.join(project, "node_modules", ".bin");
  mkdirSync(commands, { recursive: true });
  // As npm would make it: what tsc writes cannot be executed.
  const file = path.join(commands, "holdfast");
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
});

afterAll(async () => {
  rmSync(project, { recursive: true });
  await server?.stop();
});

/** The lines of a page that begin with `npx holdfast`. */
function commandsOf(page: string): readonly string[] {
  const text = readFileSync(path.join(root, page), "utf8");
  return text.split("\n").filter((line) => line.startsWith("npx holdfast "));
}

test("the command on the first page does what it says, in a project that has installed it", async () => {
  const [command = "", ...others] = commandsOf("README.md");
  expect(others).toEqual([]);
  const here = command.replace("redis://localhost:6379", server.url);
  expect(here).not.toBe(command);
  const offline = { npm_config_offline: "true", npm_config_update_notifier: "false" };
  const { stdout, code } = await new Holdfast("/bin/sh", ["-c", here], {
    cwd: project,
    env: offline,
  }).finished();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "nobody else reports now\n" });
});
