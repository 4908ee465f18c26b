import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { cac } from "cac";
import { type Topology, topologies } from "../run/topology.ts";
import { UsageError } from "./usage-error.ts";

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
const FLAGS = ["seeds", "seed", "minutes", "topology", "jobs", "trace", "ledger", "json", "help"];

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  // npm and pnpm each take or leave the "--" in front of a script's own flags.
  const options = readFlags(args[0] === "--" ? args.slice(1) : args);
  if (options["help"] === true) return { command: "help" };
  const firstSeed = readNumber("seed", options["seed"], { min: 0, max: SEED_MAX, whole: true });
  const seeds = readNumber("seeds", options["seeds"], { min: 1, max: SEEDS_MAX, whole: true });
  const minutes = readNumber("minutes", options["minutes"], { min: MINUTES_MIN, max: MINUTES_MAX });
  const jobs = readNumber("jobs", options["jobs"], { min: 1, max: JOBS_MAX, whole: true });
  const isTraced = options["trace"] === true;
  const topology = readTopology(options["topology"]);
  const seedsDefault = firstSeed === undefined ? SEEDS_DEFAULT : 1;
  const selection: Selection = {
    firstSeed,
    seedCount: seeds ?? (minutes === undefined ? seedsDefault : undefined),
    minutes,
    topology,
    jobs: isTraced ? 1 : (jobs ?? availableParallelism()),
    isTraced,
    isForLedger: options["ledger"] === true,
    jsonFile: readFile(options["json"]),
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

type Options = Readonly<Record<string, unknown>>;

function readFlags(args: readonly string[]): Options {
  const parser = cac("sim")
    .option("--seeds <n>", "")
    .option("--seed <s>", "")
    .option("--minutes <m>", "")
    .option("--topology <t>", "")
    .option("--jobs <n>", "")
    .option("--json <file>", "")
    .option("--trace", "")
    .option("--ledger", "")
    .option("-h, --help", "");
  const parsed = parser.parse(["node", "sim", ...args], { run: false });
  const [stray] = parsed.args;
  if (stray !== undefined) {
    throw new UsageError(`unexpected argument "${stray}"; flags are ${flagList()}`);
  }
  for (const name of Object.keys(parsed.options)) {
    if (name === "--" || name === "h" || FLAGS.includes(name)) continue;
    if (/^\d+$/.test(name)) throw new UsageError(`-${name} is negative; seeds and counts are not`);
    throw new UsageError(`unknown flag --${name}; flags are ${flagList()}`);
  }
  return parsed.options;
}

function flagList(): string {
  return FLAGS.map((flag) => `--${flag}`).join(", ");
}

function readTopology(wish: unknown): Topology | undefined {
  if (wish === undefined) return undefined;
  const found = topologies.find((topology) => topology === wish);
  if (found !== undefined) return found;
  throw new UsageError(`--topology takes one of ${topologies.join(", ")}, not "${String(wish)}"`);
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
  const wanted = `--${flag} takes ${kind} from ${range.min} to ${range.max}`;
  throw new UsageError(wish === true ? wanted : `${wanted}, not "${String(wish)}"`);
}

/** Checked before the run, so that it does not end in a path that does not exist. */
function readFile(wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  if (typeof wish !== "string" && typeof wish !== "number") {
    throw new UsageError("--json takes the path of one file to write");
  }
  const file = path.resolve(String(wish));
  if (!existsSync(path.dirname(file))) {
    throw new UsageError(`--json cannot write ${file}: its folder does not exist`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`--json takes a file, and ${file} is a folder`);
  }
  return file;
}
