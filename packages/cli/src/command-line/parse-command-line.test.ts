import { describe, expect, test } from "vitest";
import { UsageError } from "../usage-error.ts";
import { durationMs } from "./duration.ts";
import { readLockFlags } from "./lock-flags.ts";
import { parseCommandLine } from "./parse-command-line.ts";

/** What a user is told: the line and its hint. */
function said(args: readonly string[]): string {
  try {
    const commandLine = parseCommandLine(args);
    readLockFlags(commandLine?.flags ?? new Map());
    return "understood";
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return `${error.message}; ${error.hint}`;
  }
}

describe("the command line", () => {
  test("is taken apart at its first --, behind which everything is the user's", () => {
    const line = parseCommandLine([
      "run",
      "a",
      "--ttl=5s",
      "--no-wait",
      "--",
      "x",
      "--ttl",
      "--",
      "-h",
    ]);
    expect(line?.words).toEqual(["a"]);
    expect([...(line?.flags ?? [])]).toEqual([
      ["ttl", "5s"],
      ["no-wait", ""],
    ]);
    expect(line?.command).toEqual(["x", "--ttl", "--", "-h"]);
  });

  test("keeps names that look like numbers as they are", () => {
    expect(parseCommandLine(["inspect", "007"])?.words).toEqual(["007"]);
  });

  test.each([["--help"], ["-h"], ["help"]])("asks for help by %s", (word) => {
    expect(parseCommandLine([word])).toBeUndefined();
    expect(parseCommandLine(["run", "--help"])?.flags.has("help")).toBe(true);
    expect(parseCommandLine(["run", "-h"])?.flags.has("help")).toBe(true);
  });

  test.each<[string, readonly string[], string]>([
    ["nothing", [], "say what to do"],
    ["an unknown command", ["rum"], "did you mean run?"],
    ["no command", ["run", "a"], "run needs a command behind --"],
    ["no name", ["run", "--", "true"], "run needs a NAME"],
    ["a command without --", ["run", "a", "true"], "the command stands behind --"],
    ["a command where none is", ["ping", "--", "true"], "ping takes no command"],
    ["a word too many", ["ping", "a"], 'ping does not take "a"'],
    ["an unknown flag", ["run", "a", "--tll", "5s", "--", "true"], "did you mean --ttl?"],
    ["what every object has", ["run", "a", "--constructor", "--", "true"], "no flag --constructor"],
    ["a flag of another command", ["ping", "--ttl", "5s"], "ping has no flag --ttl"],
    ["a flag without its value", ["run", "a", "--ttl", "--", "true"], "--ttl takes a value"],
    [
      "a flag before a flag",
      ["run", "a", "--ttl", "--no-wait", "--", "true"],
      "--ttl takes a value",
    ],
    [
      "a value without its use",
      ["run", "a", "--no-wait=5s", "--", "true"],
      "--no-wait takes no value",
    ],
    ["a flag twice", ["run", "a", "--ttl=5s", "--ttl=6s", "--", "true"], "--ttl is there twice"],
    [
      "a duration without unit",
      ["run", "a", "--ttl", "5", "--", "true"],
      "accepted: a number with ms",
    ],
    [
      "contradictions",
      ["run", "a", "--wait=5s", "--no-wait", "--", "true"],
      "accepted: one of them",
    ],
  ])("that says %s is refused in words", (_what, args, words) => {
    expect(said(args)).toContain(words);
  });
});

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
])("%s is %i milliseconds", (text, ms) => {
  expect(durationMs("ttl", text)).toBe(ms);
});

test.each(["", "5", "s", "-5s", "5 s", "1e3s", "5d", "Infinitys"])("%j is no duration", (text) => {
  expect(() => durationMs("ttl", text)).toThrow(UsageError);
});
