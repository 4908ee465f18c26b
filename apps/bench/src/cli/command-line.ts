import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { cac } from "cac";
import type { Selection } from "../method/run-bench.ts";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { nearestWord } from "./nearest-word.ts";
import { UsageError } from "./usage-error.ts";

/** What the user wants. */
export type CommandLine =
  | { readonly command: "help" }
  | { readonly command: "list" }
  | {
      readonly command: "run";
      readonly selection: Selection;
      readonly jsonFile: string | undefined;
    };

const SECONDS_MIN = 0.01;
const SECONDS_MAX = 600;
const ROUNDS_MAX = 1_000;
const FLAGS = ["strategies", "scenarios", "seconds", "rounds", "json", "list", "help"] as const;

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  // npm and pnpm each take or leave the "--" in front of a script's own flags.
  const own = args[0] === "--" ? args.slice(1) : args;
  const options = readFlags(own);
  if (options["help"] === true) return { command: "help" };
  if (options["list"] === true) return { command: "list" };
  return {
    command: "run",
    selection: {
      strategies: pick("strategies", options["strategies"], strategies),
      scenarios: pick("scenarios", options["scenarios"], scenarios),
      seconds: readNumber("seconds", options["seconds"], { min: SECONDS_MIN, max: SECONDS_MAX }),
      rounds: readNumber("rounds", options["rounds"], { min: 1, max: ROUNDS_MAX, whole: true }),
    },
    jsonFile: readFile(options["json"]),
  };
}

type Options = Readonly<Record<string, unknown>>;

function readFlags(args: readonly string[]): Options {
  const parser = cac("bench")
    .option("--strategies <ids>", "")
    .option("--scenarios <ids>", "")
    .option("--seconds <n>", "")
    .option("--rounds <n>", "")
    .option("--json <file>", "")
    .option("--list", "")
    .option("-h, --help", "");
  const parsed = parser.parse(["node", "bench", ...args], { run: false });
  const [stray] = parsed.args;
  if (stray !== undefined) {
    throw new UsageError(`unexpected argument "${stray}"; flags are ${flagList()}`);
  }
  for (const name of Object.keys(parsed.options)) {
    if (name !== "--" && name !== "h" && !FLAGS.some((flag) => flag === name)) refuseFlag(name);
  }
  return parsed.options;
}

function refuseFlag(name: string): never {
  const dashed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const shown = dashed.length === 1 ? `-${dashed}` : `--${dashed}`;
  const nearest = nearestWord(dashed, FLAGS);
  throw new UsageError(
    nearest === undefined
      ? `unknown flag ${shown}; flags are ${flagList()}`
      : `unknown flag ${shown}; did you mean --${nearest}? Flags are ${flagList()}`,
  );
}

function flagList(): string {
  return FLAGS.map((flag) => `--${flag}`).join(", ");
}

/** All of `known` without a wish, otherwise those asked for, in the order of `known`. */
function pick<Item extends { readonly id: string }>(
  flag: string,
  wish: unknown,
  known: readonly Item[],
): readonly Item[] {
  if (wish === undefined) return known;
  const ids = known.map(({ id }) => id);
  const wanted = [wish]
    .flat()
    .flatMap((list) => (typeof list === "boolean" ? [] : String(list).split(",")))
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (wanted.length === 0) throw new UsageError(`--${flag} takes one or more of ${ids.join(", ")}`);
  for (const id of wanted) {
    if (ids.includes(id)) continue;
    const nearest = nearestWord(id, ids);
    const hint = nearest === undefined ? "; it takes" : `; did you mean ${nearest}? It takes`;
    throw new UsageError(`--${flag} does not know "${id}"${hint} ${ids.join(", ")}`);
  }
  return known.filter(({ id }) => wanted.includes(id));
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

function readNumber(flag: string, wish: unknown, range: Range): number | undefined {
  if (wish === undefined) return undefined;
  const value = typeof wish === "number" ? wish : Number.NaN;
  const fits = value >= range.min && value <= range.max;
  if (fits && (range.whole !== true || Number.isInteger(value))) return value;
  const kind = range.whole === true ? "a whole number" : "a number";
  throw new UsageError(
    `--${flag} takes ${kind} from ${range.min} to ${range.max}, not "${String(wish)}"`,
  );
}

/** Checked before the run, so that minutes of measuring do not end in a path that does not exist. */
function readFile(wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  if (typeof wish !== "string" && typeof wish !== "number") {
    throw new UsageError("--json takes the path of one file to write");
  }
  const file = resolve(String(wish));
  if (!existsSync(dirname(file))) {
    throw new UsageError(`--json cannot write ${file}: its folder does not exist`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`--json takes a file, and ${file} is a folder`);
  }
  return file;
}
