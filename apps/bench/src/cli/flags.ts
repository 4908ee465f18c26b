import { cac } from "cac";
import { nearestWord } from "./nearest-word.ts";
import { STDOUT } from "./run-request.ts";
import { UsageError } from "./usage-error.ts";

/** What follows a flag, or undefined for one that stands alone. */
const FLAGS = {
  strategies: "<ids>",
  peers: undefined,
  scenarios: "<ids>",
  quick: undefined,
  gate: undefined,
  seconds: "<n>",
  rounds: "<n>",
  url: "<url>",
  destructive: undefined,
  json: "<file>",
  compare: "<files>",
  list: undefined,
  help: undefined,
} as const;

type Flag = keyof typeof FLAGS;

const names = Object.keys(FLAGS) as Flag[];

/** What stood behind each flag: true where nothing did, an array where it was there several times. */
export type FlagValues = Readonly<Partial<Record<Flag, unknown>>>;

/** Reads the flags. Throws a {@link UsageError} for anything else. */
export function readFlags(args: readonly string[]): FlagValues {
  const parser = cac("bench");
  for (const name of names) {
    const value = FLAGS[name];
    parser.option(`${name === "help" ? "-h, " : ""}--${name}${value ? ` ${value}` : ""}`, "");
  }
  const parsed = parser.parse(["node", "bench", ...withStdout(args)], { run: false });
  for (const name of Object.keys(parsed.options)) {
    if (name !== "--" && name !== "h" && !names.some((flag) => flag === name)) refuseFlag(name);
  }
  const [stray] = parsed.args;
  if (stray !== undefined) {
    throw new UsageError(`unexpected argument "${stray}"; flags are ${flagList()}`);
  }
  return parsed.options;
}

/** The parser takes a lone "-" behind a flag for the next one. */
function withStdout(args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg, index) => arg === "--json" && args[index + 1] === STDOUT);
  return at === -1 ? args : args.toSpliced(at, 2, `--json=${STDOUT}`);
}

function refuseFlag(name: string): never {
  const dashed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const shown = dashed.length === 1 ? `-${dashed}` : `--${dashed}`;
  const nearest = nearestWord(dashed, names);
  throw new UsageError(
    nearest === undefined
      ? `unknown flag ${shown}; flags are ${flagList()}`
      : `unknown flag ${shown}; did you mean --${nearest}? Flags are ${flagList()}`,
  );
}

function flagList(): string {
  return names.map((flag) => `--${flag}`).join(", ");
}
