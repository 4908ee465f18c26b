import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readOutputFile } from "./read-output-file.ts";
import { UsageError } from "./usage-error.ts";

test("the path is made absolute", () => {
  expect(readOutputFile("json", "a.json")).toBe(path.resolve("a.json"));
  expect(readOutputFile("json", 42)).toBe(path.resolve("42"));
  expect(readOutputFile("json", undefined)).toBeUndefined();
});

test.each([
  [true, "--json takes the path of one file to write"],
  ["-", "--json takes the path of one file to write"],
  [["a.json", "b.json"], "--json takes the path of one file to write"],
  [
    path.join(tmpdir(), "no", "such", "a.json"),
    `--json cannot write ${path.join(tmpdir(), "no", "such", "a.json")}: its folder does not exist`,
  ],
  [tmpdir(), `--json takes a file, and ${tmpdir()} is a folder`],
])("%j is refused", (wish, message) => {
  expect(() => readOutputFile("json", wish)).toThrow(new UsageError(message));
});
