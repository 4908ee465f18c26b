import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HistoryEvent } from "../src/history-event.ts";
import type { Violation } from "../src/violation.ts";
import { history } from "./event-lines.ts";

const PROGRAM = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const FREE = `
  0 a acquire invoke ttl=100
  1 a acquire ok token=1 until=90
  5 b acquire invoke ttl=100
  10 a release invoke
  11 a release ok
  61 b acquire ok token=2 until=160
  70 b release invoke
  71 b release ok`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "holdfast-history-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

async function fileOf(name: string, events: readonly HistoryEvent[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return file;
}

describe("history check", () => {
  test("says what it has read and measured when all is well", async () => {
    const file = await fileOf("free.jsonl", history(FREE));
    const { code, stdout } = await run("check", file);
    expect(stdout).toBe(
      "1 hand-off after a release, at most 50 ms\n8 events, 1 lock, 0 violations\n",
    );
    expect(code).toBe(0);
  });

  test("reads the files of several processes as one history", async () => {
    const events = history(FREE);
    const files = await Promise.all(
      ["a", "b"].map((hold) =>
        fileOf(
          `${hold}.jsonl`,
          events.filter((it) => it.hold === hold),
        ),
      ),
    );
    const { code, stdout } = await run("check", ...files, "--hand-off-ms", "49");
    expect(stdout).toContain("hand-off of lock: a was over and b waited 50 ms more");
    expect(stdout).toContain("8 events, 1 lock, 1 violation\n");
    expect(code).toBe(1);
  });

  test("prints JSON and draws the first violation", async () => {
    const file = await fileOf("free.jsonl", history(FREE));
    const svg = path.join(folder, "violation.svg");
    const { code, stdout } = await run("check", file, "--json", "--wake-up-ms=10", "--svg", svg);
    const violations = JSON.parse(stdout) as Violation[];
    expect(violations.map(({ checker }) => checker)).toEqual(["lost-wake-up"]);
    expect(await readFile(svg, "utf8")).toContain("<title>lost-wake-up of lock: ");
    expect(code).toBe(1);
  });

  test.each([
    [[], "say what to do"],
    [[""], 'there is no command "", only check'],
    [["look", "file"], 'there is no command "look", only check'],
    [["check"], "check needs the files of a run"],
    [
      ["check", "file", "--wake-up-ms", "soon"],
      "--wake-up-ms is a number, 0 or more, and not soon",
    ],
    [["check", "file", "--colour"], "--colour"],
  ])("refuses %j with 64", async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(64);
  });

  test("says that a file cannot be read", async () => {
    const { code, stdout, stderr } = await run("check", "missing.jsonl");
    expect(stderr).toMatch(/^history: ENOENT.*missing\.jsonl/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("does not take files without events for a run in which all was well", async () => {
    const files = await Promise.all(["one.jsonl", "other.jsonl"].map((name) => fileOf(name, [])));
    const { code, stdout, stderr } = await run("check", ...files);
    expect(stderr).toBe(`history: no events in ${files.join(", ")}\n`);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("names the line that is no event", async () => {
    const file = await fileOf("bad.jsonl", [{} as HistoryEvent]);
    const { code, stderr } = await run("check", file);
    expect(stderr).toBe(`history: ${file}:1: atNs is missing\n`);
    expect(code).toBe(2);
  });

  test("explains itself", async () => {
    const { code, stdout } = await run("--help");
    expect(stdout).toContain("usage: history check FILE...");
    expect(code).toBe(0);
  });
});
