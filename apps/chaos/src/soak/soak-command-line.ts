import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { cac } from "cac";
import { UsageError } from "../cli/usage-error.ts";
import { type SoakBackend, soakBackends } from "./message.ts";

/** What the user wants. */
export type SoakCommandLine =
  | { readonly command: "help" }
  | { readonly command: "run"; readonly request: SoakRequest };

/** Which soaks to run, one after the other. */
export interface SoakRequest {
  readonly backends: readonly SoakBackend[];
  readonly cycleCount: number;
  /** Undefined: as many as suit the backend. */
  readonly callerCount: number | undefined;
  readonly jsonFile: string | undefined;
}

const CYCLES_DEFAULT = 1_000_000;
const CYCLE_RANGE = { min: 100, max: 1_000_000_000 } as const;
const CALLER_RANGE = { min: 1, max: 1_000 } as const;
const FLAGS = ["backend", "cycles", "callers", "json", "help"];

export const soakHelpText: string = `Takes and gives back locks a million times, and looks what stays: memory, keys, sessions, sockets, timers, listeners.

Usage: npm run soak -- [flags]

  --backend a,b    ${soakBackends.join(", ")} (default: all, one after the other)
  --cycles n       acquires that are released again (default: 1,000,000)
  --callers n      that acquire at the same time (default: what suits the backend)
  --json FILE      write the results there too
  --help           show this

One process does the cycles, on servers of its own: most on free names, others where callers meet, wait, give up,
hand on or renew. Twenty times on the way, when nobody holds a lock, it collects its garbage and measures its memory.
The exit code is 1 when that grows by a byte a cycle, or when anything is left in the end. Fewer than 600,000
cycles are too few to say that nothing grows. Ctrl-C ends the run early and prints what was found so far.
`;

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseSoakCommandLine(args: readonly string[]): SoakCommandLine {
  const options = readFlags(args[0] === "--" ? args.slice(1) : args);
  if (options["help"] === true) return { command: "help" };
  return {
    command: "run",
    request: {
      backends: readBackends(options["backend"]),
      cycleCount: readCount("cycles", options["cycles"], CYCLE_RANGE) ?? CYCLES_DEFAULT,
      callerCount: readCount("callers", options["callers"], CALLER_RANGE),
      jsonFile: readFile(options["json"]),
    },
  };
}

type Options = Readonly<Record<string, unknown>>;

function readFlags(args: readonly string[]): Options {
  const parser = cac("soak")
    .option("--backend <b>", "")
    .option("--cycles <n>", "")
    .option("--callers <n>", "")
    .option("--json <file>", "")
    .option("-h, --help", "");
  const parsed = parser.parse(["node", "soak", ...args], { run: false });
  const [stray] = parsed.args;
  if (stray !== undefined) throw new UsageError(`unexpected argument "${stray}"; ${flagList()}`);
  for (const name of Object.keys(parsed.options)) {
    if (name === "--" || name === "h" || FLAGS.includes(name)) continue;
    throw new UsageError(`unknown flag --${name}; ${flagList()}`);
  }
  return parsed.options;
}

function flagList(): string {
  return `flags are ${FLAGS.map((flag) => `--${flag}`).join(", ")}`;
}

function readBackends(wish: unknown): readonly SoakBackend[] {
  if (wish === undefined) return soakBackends;
  const words = typeof wish === "string" ? wish.split(",") : [String(wish)];
  const found = soakBackends.filter((backend) => words.includes(backend));
  if (found.length === words.length) return found;
  throw new UsageError(`--backend takes ${soakBackends.join(", ")}, not "${String(wish)}"`);
}

function readCount(
  flag: string,
  wish: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (wish === undefined) return undefined;
  if (typeof wish === "number" && Number.isInteger(wish) && wish >= min && wish <= max) return wish;
  throw new UsageError(`--${flag} takes a whole number from ${min} to ${max}`);
}

/** Checked before the run, so that it does not end in a path that does not exist. */
function readFile(wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  if (typeof wish !== "string") throw new UsageError("--json takes the path of one file to write");
  const file = path.resolve(wish);
  if (!existsSync(path.dirname(file))) {
    throw new UsageError(`--json cannot write ${file}: its folder does not exist`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`--json takes a file, and ${file} is a folder`);
  }
  return file;
}
