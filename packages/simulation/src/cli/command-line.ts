import { availableParallelism } from "node:os";
import { readFlags, readNumber, readOutputFile, UsageError } from "@holdfast/command-line";
import { type Topology, topologies } from "../run/topology.ts";

/** Which worlds to run. */
export interface Selection {
  /** Undefined: drawn, or the next that the ledger has not. */
  readonly firstSeed: number | undefined;
  /** Undefined: as many as the time allows. */
  readonly seedCount: number | undefined;
  readonly minutes: number | undefined;
  readonly topology: Topology | undefined;
  readonly jobs: number;
  readonly isTraced: boolean;
  readonly isForLedger: boolean;
  readonly jsonFile: string | undefined;
}

/** What the user wants. */
export type CommandLine =
  | { readonly command: "help" }
  | { readonly command: "run"; readonly selection: Selection };

/** Seeds stay whole numbers that a double holds, with room for many after each. */
const SEED_MAX: number = 2 ** 48;
const SEEDS_MAX = 100_000_000;
const SEEDS_DEFAULT = 1_000;
const MINUTES_MIN = 0.01;
const MINUTES_MAX = 10_000;
const JOBS_MAX = 256;
/** What follows a flag; undefined for one that stands alone. */
const FLAGS = {
  seeds: "<n>",
  seed: "<s>",
  minutes: "<m>",
  topology: "<t>",
  jobs: "<n>",
  trace: undefined,
  ledger: undefined,
  json: "<file>",
  help: undefined,
} as const;

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const flags = readFlags(args, FLAGS);
  if (flags.help === true) return { command: "help" };
  const firstSeed = readNumber("seed", flags.seed, { min: 0, max: SEED_MAX, isWhole: true });
  const seeds = readNumber("seeds", flags.seeds, { min: 1, max: SEEDS_MAX, isWhole: true });
  const minutes = readNumber("minutes", flags.minutes, { min: MINUTES_MIN, max: MINUTES_MAX });
  const jobs = readNumber("jobs", flags.jobs, { min: 1, max: JOBS_MAX, isWhole: true });
  const isTraced = flags.trace === true;
  const topology = readTopology(flags.topology);
  const seedsDefault = firstSeed === undefined ? SEEDS_DEFAULT : 1;
  const selection: Selection = {
    firstSeed,
    seedCount: seeds ?? (minutes === undefined ? seedsDefault : undefined),
    minutes,
    topology,
    jobs: isTraced ? 1 : (jobs ?? availableParallelism()),
    isTraced,
    isForLedger: flags.ledger === true,
    jsonFile: readOutputFile("json", flags.json),
  };
  checkTogether(selection);
  return { command: "run", selection };
}

/** Flags that each make sense, and not together. */
function checkTogether(selection: Selection): void {
  const { firstSeed, seedCount, minutes, isTraced, isForLedger, topology } = selection;
  if (seedCount !== undefined && minutes !== undefined) {
    throw new UsageError("--seeds and --minutes each say when to stop: leave one out");
  }
  if (isTraced && firstSeed === undefined) throw new UsageError("--trace needs --seed");
  if (isTraced && seedCount !== 1) throw new UsageError("--trace shows one seed");
  if (isForLedger && topology !== undefined) {
    throw new UsageError("--ledger is for worlds of every topology: leave --topology out");
  }
}

function readTopology(wish: unknown): Topology | undefined {
  if (wish === undefined) return undefined;
  const found = topologies.find((topology) => topology === wish);
  if (found !== undefined) return found;
  throw new UsageError(`--topology takes one of ${topologies.join(", ")}, not "${String(wish)}"`);
}
