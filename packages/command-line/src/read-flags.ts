import { nearestWord } from "@holdfast/config";
import { cac } from "cac";
import { UsageError } from "./usage-error.ts";

/** What follows each flag, as `<n>`; undefined for one that stands alone. */
type FlagTable<Flag extends string> = Readonly<Record<Flag, string | undefined>>;

/** What stood behind each flag: true where nothing did, an array where it was there several times. */
export type FlagValues<Flag extends string> = Readonly<Partial<Record<Flag, unknown>>>;

/** Reads the flags of a program. Throws a {@link UsageError} for anything else. `-h` is `--help`. */
export function readFlags<Flag extends string>(
  args: readonly string[],
  flags: FlagTable<Flag>,
): FlagValues<Flag> {
  const table: Table = flags;
  // npm and pnpm each take or leave the "--" in front of a script's own flags.
  const typed = args[0] === "--" ? args.slice(1) : args;
  refuseEmpty(typed, table);
  const parser = cac();
  for (const [name, value] of Object.entries(table)) {
    parser.option(`${name === "help" ? "-h, " : ""}--${name}${value ? ` ${value}` : ""}`, "");
  }
  const words = ["node", "program", ...joined(typed, table)];
  const { args: strays, options } = parser.parse(words, { run: false });
  const { "--": _separated, h: _short, ...values } = options;
  for (const name of Object.keys(values)) if (!Object.hasOwn(table, name)) refuse(name, table);
  const [stray] = strays;
  if (stray === undefined) return values as FlagValues<Flag>;
  throw new UsageError(`unexpected argument "${stray}"; flags are ${listOf(table)}`);
}

type Table = FlagTable<string>;

/** The parser takes a lone "-" or a negative number behind a flag for the next flag. */
function joined(args: readonly string[], table: Table): readonly string[] {
  const out: string[] = [];
  for (const arg of args) {
    const flag = out.at(-1);
    const isValue = arg === "-" || /^-\d/.test(arg);
    if (isValue && flag !== undefined && takenBy(flag, table) !== undefined) {
      out.push(`${out.pop()}=${arg}`);
    } else {
      out.push(arg);
    }
  }
  return out;
}

/** The parser takes an empty text for the number 0. */
function refuseEmpty(args: readonly string[], table: Table): void {
  const at = args.findIndex((arg) => arg === "" || arg.endsWith("="));
  const flag = args[at] === "" ? args[at - 1] : args[at]?.slice(0, -1);
  const taken = flag === undefined ? undefined : takenBy(flag, table);
  if (taken !== undefined)
    throw new UsageError(`${flag} is followed by nothing; it takes ${taken}`);
}

function takenBy(flag: string, table: Table): string | undefined {
  const name = Object.keys(table).find((known) => `--${known}` === flag);
  return name === undefined ? undefined : table[name];
}

function refuse(name: string, table: Table): never {
  const dashed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const shown = dashed.length === 1 ? `-${dashed}` : `--${dashed}`;
  const nearest = nearestWord(dashed, Object.keys(table));
  throw new UsageError(
    nearest === undefined
      ? `unknown flag ${shown}; flags are ${listOf(table)}`
      : `unknown flag ${shown}; did you mean --${nearest}? Flags are ${listOf(table)}`,
  );
}

function listOf(table: Table): string {
  return Object.keys(table)
    .map((flag) => `--${flag}`)
    .join(", ");
}
