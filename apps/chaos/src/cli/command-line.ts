import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { readFlags, readNumber, readOutputFile, UsageError } from "@holdfast/command-line";
import type { Fault } from "../fault.ts";
import { faults } from "../faults.ts";
import type { GroundKind } from "../ground.ts";
import { grounds } from "../grounds.ts";
import { subjects } from "../subjects.ts";
import { isSubjectFile } from "../worker/find-subject.ts";

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
const MINUTES_RANGE = { min: 0.05, max: 10_000 } as const;
const SEED_RANGE = { min: 0, max: 2 ** 48, isWhole: true } as const;
const PROCESSES_DEFAULT = 4;
const PROCESSES_RANGE = { min: 1, max: 64, isWhole: true } as const;

/** What follows a flag; undefined for one that stands alone. */
const FLAGS = {
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
} as const;

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const flags = readFlags(args, FLAGS);
  if (flags.help === true) return { command: "help" };
  if (flags.list === true) return { command: "list" };
  const ground = readGround(flags.backend);
  const selection: Selection = {
    ground,
    subject: readSubject(flags.peer, ground),
    minutes: readNumber("minutes", flags.minutes, MINUTES_RANGE) ?? MINUTES_DEFAULT,
    seed: readNumber("seed", flags.seed, SEED_RANGE),
    processCount: readNumber("processes", flags.processes, PROCESSES_RANGE) ?? PROCESSES_DEFAULT,
    faults: readFaults(flags.faults),
    jsonFile: readOutputFile("json", flags.json),
    htmlFile: readOutputFile("html", flags.html),
    historyFolder: readFolder(flags.history),
    isForLedger: flags.ledger === true,
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
