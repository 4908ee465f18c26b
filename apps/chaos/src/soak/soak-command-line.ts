import { readFlags, readNumber, readOutputFile, UsageError } from "@holdfast/command-line";
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
const CYCLES_RANGE = { min: 100, max: 1_000_000_000, isWhole: true } as const;
const CALLERS_RANGE = { min: 1, max: 1_000, isWhole: true } as const;
/** What follows a flag; undefined for one that stands alone. */
const FLAGS = {
  backend: "<b>",
  cycles: "<n>",
  callers: "<n>",
  json: "<file>",
  help: undefined,
} as const;

export const soakHelpText: string = `Takes and gives back locks a million times, and looks what stays: memory, keys, sessions, sockets, timers, listeners.

Usage: npm run soak -- [flags]

  --backend a,b    ${soakBackends.join(", ")} (default: all, one after the other)
  --cycles n       acquires that are released again (default: 1,000,000)
  --callers n      that acquire at the same time (default: what suits the backend)
  --json FILE      write the results there too
  --help           show this

One process does the cycles, on servers of its own: most on free names, others where callers meet, wait, give up,
hand on or renew. Sixty times on the way, when nobody holds a lock, it collects its garbage and measures its memory.
The exit code is 1 when that grows by a byte a cycle, or when anything is left in the end. Fewer than 700,000
cycles are too few to say that nothing grows. Ctrl-C ends the run early and prints what was found so far.
`;

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseSoakCommandLine(args: readonly string[]): SoakCommandLine {
  const flags = readFlags(args, FLAGS);
  if (flags.help === true) return { command: "help" };
  return {
    command: "run",
    request: {
      backends: readBackends(flags.backend),
      cycleCount: readNumber("cycles", flags.cycles, CYCLES_RANGE) ?? CYCLES_DEFAULT,
      callerCount: readNumber("callers", flags.callers, CALLERS_RANGE),
      jsonFile: readOutputFile("json", flags.json),
    },
  };
}

function readBackends(wish: unknown): readonly SoakBackend[] {
  if (wish === undefined) return soakBackends;
  const words = typeof wish === "string" ? wish.split(",") : [String(wish)];
  const found = soakBackends.filter((backend) => words.includes(backend));
  if (found.length === words.length) return found;
  throw new UsageError(`--backend takes ${soakBackends.join(", ")}, not "${String(wish)}"`);
}
