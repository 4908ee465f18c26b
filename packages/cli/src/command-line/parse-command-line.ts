import { parseArgs } from "node:util";
import { nearestWord } from "@holdfast/config";
import { UsageError } from "../usage-error.ts";
import type { CommandSpec } from "./command-spec.ts";
import { COMMANDS } from "./command-specs.ts";

/** What the user wants. */
export interface CommandLine {
  readonly spec: CommandSpec;
  readonly words: readonly string[];
  /** What stood behind each flag; an empty text for one that stands alone. */
  readonly flags: ReadonlyMap<string, string>;
  /** The user's command and its arguments, after `--`. */
  readonly command: readonly string[];
}

/** Reads the arguments after the program's name. Undefined asks for the help of all. */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const [name, ...rest] = args;
  if (name === undefined)
    throw new UsageError("say what to do", "holdfast --help lists the commands");
  if (["--help", "-h", "help"].includes(name)) return undefined;
  const spec = COMMANDS.find((each) => each.name === name);
  if (spec === undefined) throw unknownCommand(name);
  const end = rest.indexOf("--");
  const own = end === -1 ? rest : rest.slice(0, end);
  const { words, flags } = readFlags(spec, own);
  if (flags.has("help")) return { spec, words, flags, command: [] };
  const command = end === -1 ? [] : rest.slice(end + 1);
  checkShape(spec, words, command);
  return { spec, words, flags, command };
}

function readFlags(
  spec: CommandSpec,
  args: readonly string[],
): { readonly words: readonly string[]; readonly flags: ReadonlyMap<string, string> } {
  const options = Object.fromEntries(
    Object.entries(spec.flags).map(([flag, { value }]) => [
      flag,
      { type: value === undefined ? "boolean" : "string" } as const,
    ]),
  );
  const { tokens } = parseArgs({
    args: args.map((arg) => (arg === "-h" ? "--help" : arg)),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new Map<string, string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    if (flags.has(token.name))
      throw new UsageError(`${token.rawName} is there twice`, hintOf(spec));
    flags.set(token.name, flagValue(spec, token));
  }
  return { words, flags };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
}

function flagValue(spec: CommandSpec, { name, rawName, value }: OptionToken): string {
  const flag = Object.hasOwn(spec.flags, name) ? spec.flags[name] : undefined;
  if (flag === undefined) throw unknownFlag(spec, name, rawName);
  if (flag.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`, hintOf(spec));
    return "";
  }
  if (value === undefined || value === "" || /^--?[a-z]/.test(value)) {
    throw new UsageError(`${rawName} takes a value, as ${rawName} ${flag.value}`, hintOf(spec));
  }
  return value;
}

function checkShape(spec: CommandSpec, words: readonly string[], command: readonly string[]): void {
  const usage = `Usage: holdfast ${spec.name} ${spec.usage}`;
  if (words.length < spec.wordCount)
    throw new UsageError(`${spec.name} needs a ${firstWord(spec)}`, usage);
  if (words.length > spec.wordCount) {
    const stray = JSON.stringify(words[spec.wordCount]);
    const remedy = spec.takesCommand === true ? "; the command stands behind --" : "";
    throw new UsageError(`${spec.name} does not take ${stray}${remedy}`, usage);
  }
  if (spec.takesCommand === true && command.length === 0) {
    throw new UsageError(`${spec.name} needs a command behind --`, usage);
  }
  if (spec.takesCommand !== true && command.length > 0) {
    throw new UsageError(`${spec.name} takes no command`, usage);
  }
}

function firstWord({ usage }: CommandSpec): string {
  return usage.split(" ")[0] ?? "";
}

function unknownCommand(name: string): UsageError {
  const names = COMMANDS.map((each) => each.name);
  const nearest = nearestWord(name, names);
  const hint = nearest === undefined ? "" : `did you mean ${nearest}? `;
  return new UsageError(
    `there is no command ${JSON.stringify(name)}`,
    `${hint}holdfast --help lists the commands`,
  );
}

function unknownFlag(spec: CommandSpec, name: string, rawName: string): UsageError {
  const nearest = nearestWord(name, Object.keys(spec.flags));
  const hint = nearest === undefined ? "" : `did you mean --${nearest}? `;
  return new UsageError(`${spec.name} has no flag ${rawName}`, `${hint}${hintOf(spec)}`);
}

function hintOf({ name }: CommandSpec): string {
  return `holdfast ${name} --help lists the flags`;
}
