import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { UsageError } from "./usage-error.ts";

function parseRun(...args: readonly string[]): Extract<CommandLine, { command: "run" }> {
  const commandLine = parseCommandLine(args);
  if (commandLine.command !== "run") throw new Error(`parsed as ${commandLine.command}`);
  return commandLine;
}

function idsOf(items: readonly { readonly id: string }[]): readonly string[] {
  return items.map(({ id }) => id);
}

describe("accepted command lines", () => {
  test("without flags everything is measured at each scenario's own length", () => {
    const { selection, jsonFile } = parseRun();
    expect(selection).toEqual({ strategies, scenarios, seconds: undefined, rounds: undefined });
    expect(jsonFile).toBeUndefined();
  });

  test("lists pick what is named, in the order of the report", () => {
    const { selection } = parseRun("--strategies", "raw-ioredis,memory", "--scenarios=waiters");
    expect(idsOf(selection.strategies)).toEqual(["memory", "raw-ioredis"]);
    expect(idsOf(selection.scenarios)).toEqual(["waiters"]);
  });

  test("a list may be given in several flags, with spaces and twice the same", () => {
    const { selection } = parseRun("--strategies", "memory, memory", "--strategies", "async-lock");
    expect(idsOf(selection.strategies)).toEqual(["memory", "async-lock"]);
  });

  test("numbers are read as numbers", () => {
    const { selection } = parseRun("--seconds", "0.5", "--rounds", "3");
    expect(selection.seconds).toBe(0.5);
    expect(selection.rounds).toBe(3);
  });

  test("the file is made absolute", () => {
    expect(parseRun("--json", join(tmpdir(), "x.json")).jsonFile).toBe(join(tmpdir(), "x.json"));
    expect(parseRun("--json", "42").jsonFile).toBe(join(process.cwd(), "42"));
  });

  test("help goes before list, and both before running", () => {
    expect(parseCommandLine(["--list", "--help"])).toEqual({ command: "help" });
    expect(parseCommandLine(["-h"])).toEqual({ command: "help" });
    expect(parseCommandLine(["--list", "--rounds", "2"])).toEqual({ command: "list" });
  });

  test("the separator that some package managers pass on is not an argument", () => {
    expect(parseCommandLine(["--", "--list"])).toEqual({ command: "list" });
  });
});

describe("refused command lines", () => {
  test.each([
    [["--strategis", "memory"], /unknown flag --strategis; did you mean --strategies\? Flags are /],
    [["--zzz"], /unknown flag --zzz; flags are --strategies, --scenarios/],
    [["-q"], /unknown flag -q/],
    [["memory"], /unexpected argument "memory"; flags are /],
    [
      ["--strategies", "redis-iordis"],
      /does not know "redis-iordis"; did you mean redis-ioredis\?/,
    ],
    [["--strategies", "zookeeper-cluster"], /"zookeeper-cluster"; it takes memory, async-mutex/],
    [["--strategies"], /--strategies takes one or more of memory/],
    [["--strategies", ","], /--strategies takes one or more of memory/],
    [["--scenarios", "contented"], /did you mean contended\? It takes uncontended, contended/],
    [["--seconds", "0"], /--seconds takes a number from 0\.01 to 600, not "0"/],
    [["--seconds", "soon"], /not "soon"/],
    [["--seconds"], /--seconds takes a number/],
    [["--rounds", "1.5"], /--rounds takes a whole number from 1 to 1000, not "1\.5"/],
    [["--rounds=-1"], /--rounds takes a whole number/],
    [["--rounds", "2", "--rounds", "3"], /not "2,3"/],
    [["--json"], /--json takes the path of one file/],
    [["--json", join(tmpdir(), "no", "such", "folder.json")], /its folder does not exist/],
    [["--json", tmpdir()], /is a folder/],
  ])("%j is refused with what would be accepted", (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(message);
    expect(() => parseCommandLine(args)).toThrow(/^[^\n]+$/);
  });
});
