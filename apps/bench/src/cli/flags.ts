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
  html: "<file>",
  from: "<file>",
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
  refuseEmpty(args);
  const parser = cac("bench");
  for (const name of names) {
    const value = FLAGS[name];
    parser.option(`${name === "help" ? "-h, " : ""}--${name}${value ? ` ${value}` : ""}`, "");
  }
  const parsed = parser.parse(["node", "bench", ...joined(args)], { run: false });
  for (const name of Object.keys(parsed.options)) {
    if (name !== "--" && name !== "h" && !names.some((flag) => flag === name)) refuseFlag(name);
  }
  const [stray] = parsed.args;
  if (stray !== undefined) {
    throw new UsageError(`unexpected argument "${stray}"; flags are ${flagList()}`);
  }
  return parsed.options;
}

/** The parser takes a lone "-" or a negative number behind a flag for the next flag. */
function joined(args: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (const arg of args) {
    const flag = out.at(-1);
    const isValue = arg === STDOUT || /^-\d/.test(arg);
    if (isValue && flag !== undefined && takesValue(flag)) out.push(`${out.pop()}=${arg}`);
    else out.push(arg);
  }
  return out;
}

/** The parser takes an empty text for the number 0. */
function refuseEmpty(args: readonly string[]): void {
  const at = args.findIndex((arg) => arg === "" || arg.endsWith("="));
  const flag = args[at] === "" ? args[at - 1] : args[at]?.slice(0, -1);
  if (flag !== undefined && takesValue(flag)) {
    throw new UsageError(`${flag} is followed by nothing; it takes ${takenBy(flag)}`);
  }
}

function takenBy(flag: string): string | undefined {
  const name = names.find((known) => `--${known}` === flag);
  return name && FLAGS[name];
}

function takesValue(flag: string): boolean {
  return takenBy(flag) !== undefined;
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
