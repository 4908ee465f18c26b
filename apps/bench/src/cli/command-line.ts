import { resolve } from "node:path";
import {
  type FlagValues,
  readFlags,
  readNumber,
  readOutputFile,
  UsageError,
} from "@holdfast/command-line";
import { ReportError, readReport } from "../compare/read-report.ts";
import { GATING_ROUNDS_MIN } from "../gates/doubt.ts";
import type { Report } from "../report/report.ts";
import type { Scenario } from "../scenario.ts";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { chooseStrategies } from "./choose-strategies.ts";
import { readIds, readList, readOutput } from "./flag-values.ts";
import { QUICK_ROUNDS, QUICK_SECONDS, quickScenarios, quickStrategies } from "./quick.ts";
import { repeatFlags } from "./repeat-flags.ts";
import type { RunRequest } from "./run-request.ts";
import { readServerUrls, type ServerUrl } from "./server-url.ts";

/** What the user wants. */
export type CommandLine =
  | { readonly command: "help" }
  | { readonly command: "list" }
  | { readonly command: "compare"; readonly before: Report; readonly after: Report }
  | { readonly command: "page"; readonly report: Report; readonly html: string }
  | { readonly command: "run"; readonly request: RunRequest };

const SECONDS_MIN = 0.01;
const SECONDS_MAX = 600;
const ROUNDS_MAX = 1_000;
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

type Flags = FlagValues<keyof typeof FLAGS>;

/** Reads the arguments after the program's name. Throws a {@link UsageError} that names the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const flags = readFlags(args, FLAGS);
  if (flags.help === true) return { command: "help" };
  if (flags.list === true) return { command: "list" };
  if (flags.from !== undefined) return paging(flags);
  const [before, after] = readReports("compare", flags.compare);
  if (before !== undefined && after !== undefined) return comparing(flags, { before, after });
  return { command: "run", request: readRequest(flags, { typed: args, compareWith: before }) };
}

function readRequest(
  flags: Flags,
  { typed, compareWith }: Pick<RunRequest, "compareWith"> & { readonly typed: readonly string[] },
): RunRequest {
  const quick = flags.quick === true;
  if (quick && flags.gate === true) {
    throw new UsageError("--gate needs every round, and --quick is not for gating: leave one out");
  }
  const named = readIds("strategies", flags.strategies, strategies);
  const known = quick && named === undefined ? quickStrategies(strategies) : strategies;
  const seconds = readNumber("seconds", flags.seconds, { min: SECONDS_MIN, max: SECONDS_MAX });
  const rounds = readNumber("rounds", flags.rounds, { min: 1, max: ROUNDS_MAX, isWhole: true });
  const asked =
    readIds("scenarios", flags.scenarios, scenarios) ??
    (quick ? quickScenarios(scenarios) : scenarios);
  if (flags.gate === true) refuseTooLittle(asked, { seconds, rounds });
  return {
    strategies: chooseStrategies(known, { named, peers: flags.peers === true }),
    scenarios: asked,
    seconds: seconds ?? (quick ? QUICK_SECONDS : undefined),
    rounds: rounds ?? (quick ? QUICK_ROUNDS : undefined),
    gate: flags.gate === true,
    urls: readUrls(flags),
    quick,
    json: readOutput("json", flags.json),
    html: readOutputFile("html", flags.html),
    flags: repeatFlags(typed),
    compareWith,
  };
}

/** A gate is judged on slices as long as the scenarios' own, or longer, and on enough of them. */
function refuseTooLittle(
  asked: readonly Scenario[],
  { seconds, rounds }: Pick<RunRequest, "seconds" | "rounds">,
): void {
  if (rounds !== undefined && rounds < GATING_ROUNDS_MIN) {
    throw new UsageError(
      `--gate needs --rounds ${GATING_ROUNDS_MIN} or more to conclude anything, not ${rounds}`,
    );
  }
  const longest = asked.toSorted((a, b) => b.secondsDefault - a.secondsDefault)[0];
  if (seconds !== undefined && longest !== undefined && seconds < longest.secondsDefault) {
    throw new UsageError(
      `--gate needs --seconds ${longest.secondsDefault} or more, as long as a slice of ${longest.id}, not ${seconds}`,
    );
  }
}

/**
 * Servers that somebody else uses are never killed: there is no way to start them again from here, and
 * a flag should not make it look as if there were.
 */
function readUrls(flags: Flags): readonly ServerUrl[] {
  const urls = readServerUrls(flags.url);
  if (urls.length > 0 && flags.destructive === true) {
    throw new UsageError(
      "--destructive kills and stops servers, which only works on those that the run starts itself: leave out --url",
    );
  }
  return urls;
}

/** Two files are compared with each other, and nothing is run. */
function comparing(
  { compare: _files, ...others }: Flags,
  reports: { readonly before: Report; readonly after: Report },
): CommandLine {
  const [other] = Object.keys(others);
  if (other === undefined) return { command: "compare", ...reports };
  throw new UsageError(
    `--compare with two files runs nothing: leave out --${other}, or name one file`,
  );
}

/** A page of a result is made, and nothing is run. */
function paging({ from, html: wish, ...others }: Flags): CommandLine {
  const html = readOutputFile("html", wish);
  const [other] = Object.keys(others);
  if (html === undefined || other !== undefined) {
    throw new UsageError(
      `--from makes the page of a result and runs nothing: ${html === undefined ? "say --html FILE" : `leave out --${other}`}`,
    );
  }
  const [report, second] = readReports("from", from);
  if (report === undefined || second !== undefined) {
    throw new UsageError("--from takes one result that --json wrote");
  }
  return { command: "page", report, html };
}

function readReports(flag: "compare" | "from", wish: unknown): readonly Report[] {
  if (wish === undefined) return [];
  const files = readList(wish);
  if (flag === "compare" && (files.length < 1 || files.length > 2)) {
    throw new UsageError(
      "--compare takes an older result, or an older and a newer: old.json,new.json",
    );
  }
  return files.map((file) => {
    try {
      return readReport(resolve(file));
    } catch (error) {
      if (!(error instanceof ReportError)) throw error;
      throw new UsageError(`--${flag}: ${error.message}`);
    }
  });
}
