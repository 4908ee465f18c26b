import { expect, test } from "vitest";
import { readFlags } from "./read-flags.ts";
import { UsageError } from "./usage-error.ts";

const FLAGS = { seed: "<s>", "json-file": "<file>", trace: undefined, help: undefined } as const;

test("every flag is read, numbers as numbers", () => {
  expect(readFlags([], FLAGS)).toEqual({});
  expect(readFlags(["--trace", "--seed", "5"], FLAGS)).toEqual({ trace: true, seed: 5 });
  expect(readFlags(["--seed=a,b"], FLAGS)).toEqual({ seed: "a,b" });
});

test("a flag without its value is true, and one that is there twice has both", () => {
  expect(readFlags(["--seed"], FLAGS)).toEqual({ seed: true });
  expect(readFlags(["--seed", "1", "--seed", "2"], FLAGS)).toEqual({ seed: [1, 2] });
});

test("a negative number or a lone - is the value of the flag before it", () => {
  expect(readFlags(["--seed", "-1"], FLAGS)).toEqual({ seed: -1 });
  expect(readFlags(["--seed", "-", "--trace"], FLAGS)).toEqual({ seed: "-", trace: true });
});

test("the -- that some package managers pass on is not an argument", () => {
  expect(readFlags(["--", "--trace"], FLAGS)).toEqual({ trace: true });
});

test("-h is --help", () => {
  expect(readFlags(["-h"], FLAGS)).toEqual({ help: true });
});

test.each([
  [["--sede", "1"], /^unknown flag --sede; did you mean --seed\? Flags are --seed, --json-file, /],
  [["--quite-else"], /^unknown flag --quite-else; flags are --seed, --json-file, --trace, --help$/],
  [["-q"], /^unknown flag -q; flags are /],
  [["--trace", "-1"], /^unknown flag -1; flags are /],
  [["seed"], /^unexpected argument "seed"; flags are --seed, --json-file, --trace, --help$/],
  [["--seed", ""], /^--seed is followed by nothing; it takes <s>$/],
  [["--seed="], /^--seed is followed by nothing; it takes <s>$/],
  [["--json-file="], /^--json-file is followed by nothing; it takes <file>$/],
])("%j is refused", (args, message) => {
  expect(() => readFlags(args, FLAGS)).toThrow(UsageError);
  expect(() => readFlags(args, FLAGS)).toThrow(message);
});
