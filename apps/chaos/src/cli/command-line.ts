import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { cac } from "cac";
import type { Fault } from "../fault.ts";
import { faults } from "../faults.ts";
import type { GroundKind } from "../ground.ts";
import { grounds } from "../grounds.ts";
import { subjects } from "../subjects.ts";
import { isSubjectFile } from "../worker/find-subject.ts";
import { UsageError } from "./usage-error.ts";

/** What to run, as it was typed. */
export interface Selection {
  readonly ground: GroundKind;
  /** A subject's id, or the file of a module that exports one. */
  readonly subject: string;
  readonly minutes: number;
  /** Undefined: drawn. */
  readonly seed: number | undefined;
  readonly processCount: number;
  /** Undefined: all that no promise excludes. */
  readonly faults: readonly Fault[] | undefined;
  readonly jsonFile: string | undefined;
  readonly htmlFile: string | undefined;
  readonly historyFolder: string | undefined;
  readonly isForLedger: boolean;
}

/** What the user wants. */
export type CommandLine =
  | { readonly command: "help" }
  | { readonly command: "list" }
  | { readonly command: "run"; readonly selection: Selection };

const MINUTES_DEFAULT = 1;
const MINUTES_MIN = 0.05;
const MINUTES_MAX = 10_000;
const SEED_MAX: number = 2 ** 48;
const PROCESSES_DEFAULT = 4;
const PROCESSES_MAX = 64;

/** What follows a flag; undefined for one that stands alone. */
const FLAGS: Readonly<Record<string, string | undefined>> = {
  backend: "<name>",
  minutes: "<m>",
  seed: "<s>",
  peer: "<id>",
  faults: "<ids>",
  processes: "<n>",
  json: "<file>",
  html: "<file>",
  history: "<folder>",
  ledger: undefined,
  list: undefined,
  help: undefined,
};

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  // npm and pnpm each take or leave the "--" in front of a script's own flags.
  const flags = readFlags(args[0] === "--" ? args.slice(1) : args);
  if (flags["help"] === true) return { command: "help" };
  if (flags["list"] === true) return { command: "list" };
  const number = (flag: string, range: Range): number | undefined =>
    readNumber(flag, flags[flag], range);
  const ground = readGround(flags["backend"]);
  const selection: Selection = {
    ground,
    subject: readSubject(flags["peer"], ground),
    minutes: number("minutes", { min: MINUTES_MIN, max: MINUTES_MAX }) ?? MINUTES_DEFAULT,
    seed: number("seed", { min: 0, max: SEED_MAX, isWhole: true }),
    processCount:
      number("processes", { min: 1, max: PROCESSES_MAX, isWhole: true }) ?? PROCESSES_DEFAULT,
    faults: readFaults(flags["faults"]),
    jsonFile: readFile("json", flags["json"]),
    htmlFile: readFile("html", flags["html"]),
    historyFolder: readFolder(flags["history"]),
    isForLedger: flags["ledger"] === true,
  };
  if (selection.isForLedger) refuseForLedger(selection);
  return { command: "run", selection };
}

/** Its lines are compared with each other, on other machines too. */
function refuseForLedger({ faults: asked, subject }: Selection): void {
  if (asked !== undefined) {
    throw new UsageError("--ledger is for runs with every fault: leave --faults out");
  }
  if (isSubjectFile(subject)) {
    throw new UsageError("--ledger is for libraries of --list: --peer names a file");
  }
}

type Options = Readonly<Record<string, unknown>>;

function readFlags(args: readonly string[]): Options {
  const parser = cac("chaos");
  for (const [name, value] of Object.entries(FLAGS)) {
    parser.option(`${name === "help" ? "-h, " : ""}--${name}${value ? ` ${value}` : ""}`, "");
  }
  const parsed = parser.parse(["node", "chaos", ...args], { run: false });
  const known = Object.keys(FLAGS);
  const list = known.map((flag) => `--${flag}`).join(", ");
  const [stray] = parsed.args;
  if (stray !== undefined)
    throw new UsageError(`unexpected argument "${stray}"; flags are ${list}`);
  for (const name of Object.keys(parsed.options)) {
    if (name === "--" || name === "h" || known.includes(name)) continue;
    if (/^\d+$/.test(name)) throw new UsageError(`-${name} is negative, which no flag takes`);
    throw new UsageError(`unknown flag --${name}; flags are ${list}`);
  }
  return parsed.options;
}

function readGround(wish: unknown): GroundKind {
  const names = grounds.map(({ backend }) => backend).join(", ");
  const found = grounds.find(({ backend }) => backend === (wish ?? "redis"));
  if (found !== undefined) return found;
  throw new UsageError(`--backend takes one of ${names}, not "${String(wish)}"`);
}

function readSubject(wish: unknown, { backend }: GroundKind): string {
  if (wish === undefined) return "holdfast";
  const name = String(wish);
  if (isSubjectFile(name)) {
    const file = path.resolve(name);
    if (existsSync(file)) return file;
    throw new UsageError(`--peer names a file that does not exist: ${file}`);
  }
  const here = subjects.filter((subject) => subject.backends.includes(backend));
  if (here.some(({ id }) => id === name)) return name;
  const ids = here.map(({ id }) => id).join(", ");
  throw new UsageError(`--peer does not know "${name}" on ${backend}; it takes ${ids}, or a file`);
}

function readFaults(wish: unknown): readonly Fault[] | undefined {
  if (wish === undefined) return undefined;
  const ids = String(wish)
    .split(",")
    .map((id) => id.trim());
  const unknown = ids.find((id) => !faults.some((fault) => fault.id === id));
  if (unknown === undefined) return faults.filter(({ id }) => ids.includes(id));
  const known = faults.map(({ id }) => id).join(", ");
  throw new UsageError(`--faults does not know "${unknown}"; it takes ${known}`);
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
}

function readNumber(flag: string, wish: unknown, range: Range): number | undefined {
  if (wish === undefined) return undefined;
  const value = typeof wish === "number" ? wish : Number.NaN;
  const fits = value >= range.min && value <= range.max;
  if (fits && (range.isWhole !== true || Number.isInteger(value))) return value;
  const kind = range.isWhole === true ? "a whole number" : "a number";
  throw new UsageError(
    `--${flag} takes ${kind} from ${range.min} to ${range.max}, not "${String(wish)}"`,
  );
}

/** Checked before the run, so that it does not end in a path that does not exist. */
function readFile(flag: string, wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  if (typeof wish !== "string" && typeof wish !== "number") {
    throw new UsageError(`--${flag} takes the path of one file to write`);
  }
  const file = path.resolve(String(wish));
  if (!existsSync(path.dirname(file))) {
    throw new UsageError(`--${flag} cannot write ${file}: its folder does not exist`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`--${flag} takes a file, and ${file} is a folder`);
  }
  return file;
}

/** The history of one run, and of nothing else. */
function readFolder(wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  const folder = path.resolve(String(wish));
  if (!existsSync(folder)) return folder;
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`--history takes a folder, and ${folder} is a file`);
  }
  if (readdirSync(folder).length === 0) return folder;
  throw new UsageError(`--history takes a folder that is new or empty, and ${folder} is not`);
}
