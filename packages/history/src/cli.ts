#!/usr/bin/env node
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkAll, undecided } from "./check-all.ts";
import type { CheckOptions } from "./check-options.ts";
import { handOffsOf } from "./checkers/hand-off.ts";
import type { HistoryEvent } from "./history-event.ts";
import { inMilliseconds } from "./in-milliseconds.ts";
import { MalformedHistoryError } from "./malformed-history-error.ts";
import { readHistory } from "./read-history.ts";
import { textReport } from "./report/text-report.ts";
import { timelineOf } from "./report/timeline.ts";
import { timelineSvg } from "./report/timeline-svg.ts";
import type { Violation } from "./violation.ts";

const EXIT_VIOLATIONS = 1;
/** The files are not what they should be. */
const EXIT_FILES = 2;
/** EX_USAGE of sysexits.h, as in all programs of the repository. */
const EXIT_USAGE = 64;

const USAGE = `usage: history check FILE... [options]

Reads the histories of all processes of a run, one file each, and checks them together.

  --svg FILE                draw the first violation
  --json                    print the violations as JSON
  --fair                    waiters have to be served in order
  --session                 a dead process frees its locks at once, not after the ttl
  --wake-up-ms N            longest wait for a free lock
  --hand-off-ms N           longest from a release to the next grant
  --crash-hand-off-ms N     longest from the end of a dead holder's ttl to the next grant
  --notice-ms N             latest notice of a loss
  --available-ms N          a lock that was free for so long is not refused
  --delivery-ms N           longest that a request is on its way (default: for ever)
  --settle-ms N             how long after a fault all may be in disorder (default: 0)
  --steps N                 limit of the search for a linearization of each lock

A bound that is not given is not checked. Exits with 0, with ${EXIT_VIOLATIONS} when there are violations, with ${EXIT_FILES} when the
files cannot be read or hold no events, with ${EXIT_USAGE} when the arguments make no sense.
`;

const BOUNDS = {
  "wake-up-ms": "wakeUpMs",
  "hand-off-ms": "handOffMs",
  "crash-hand-off-ms": "crashHandOffMs",
  "notice-ms": "noticeMs",
  "available-ms": "availableMs",
  "delivery-ms": "deliveryMs",
  "settle-ms": "settleMs",
  steps: "stepsMax",
} as const satisfies Record<string, keyof CheckOptions>;

class UsageError extends Error {}

/** Nothing was recorded: that no rule was broken then says nothing. */
class NoEventsError extends Error {}

interface CommandLine {
  readonly files: readonly string[];
  readonly svg: string | undefined;
  readonly json: boolean;
  readonly options: CheckOptions;
}

function parse(args: readonly string[]): CommandLine {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const bounds = Object.fromEntries(Object.keys(BOUNDS).map((name) => [name, text]));
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { svg: text, json: flag, fair: flag, session: flag, ...bounds },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [command, ...files] = positionals;
  if (command === undefined) throw new UsageError("say what to do: check FILE...");
  if (command !== "check") {
    throw new UsageError(`there is no command ${JSON.stringify(command)}, only check FILE...`);
  }
  if (files.length === 0) throw new UsageError("check needs the files of a run: check FILE...");
  const given = Object.entries(BOUNDS).flatMap(([name, key]) => {
    const value = values[name];
    return value === undefined ? [] : [[key, boundOf(name, `${value}`)] as const];
  });
  return {
    files,
    svg: typeof values["svg"] === "string" ? values["svg"] : undefined,
    json: values["json"] === true,
    options: {
      ...Object.fromEntries(given),
      fair: values["fair"] === true,
      endsBy: values["session"] === true ? "session" : "ttl",
    },
  };
}

function boundOf(name: string, text: string): number {
  const bound = Number(text);
  if (text.trim() === "" || !Number.isFinite(bound) || bound < 0) {
    throw new UsageError(`--${name} is a number, 0 or more, and not ${text}`);
  }
  return bound;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { files, svg, json, options } = parse(args);
  const history = await readHistory(files);
  if (history.length === 0) throw new NoEventsError(`no events in ${files.join(", ")}`);
  const violations = checkAll(history, options);
  const [first] = violations;
  if (svg !== undefined && first !== undefined) {
    await writeFile(svg, timelineSvg(timelineOf(history, first, options)));
  }
  if (json) process.stdout.write(`${JSON.stringify(violations)}\n`);
  else process.stdout.write(`${textReport(violations)}${summary(history, violations, options)}`);
  return violations.length === 0 ? 0 : EXIT_VIOLATIONS;
}

function summary(
  history: readonly HistoryEvent[],
  violations: readonly Violation[],
  options: CheckOptions,
): string {
  const lines: string[] = [];
  for (const after of ["release", "crash"] as const) {
    const handOffs = handOffsOf(history, options).filter((it) => it.after === after);
    const longestNs = handOffs.reduce((most, it) => Math.max(most, it.durationNs), 0);
    if (handOffs.length === 0) continue;
    const count = counted(handOffs.length, "hand-off");
    lines.push(`${count} after a ${after}, at most ${inMilliseconds(longestNs)}`);
  }
  const open = undecided(history, options);
  if (open.length > 0) lines.push(`no order was found for ${open.join(", ")}: raise --steps`);
  const names = new Set(history.map(({ name }) => name).filter((name) => name !== ""));
  const counts = [
    counted(history.length, "event"),
    counted(names.size, "lock"),
    counted(violations.length, "violation"),
  ];
  lines.push(counts.join(", "));
  return `${lines.join("\n")}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** True for what is wrong with the files and not with this program. */
function isOfFiles(error: unknown): error is Error {
  if (error instanceof MalformedHistoryError || error instanceof NoEventsError) return true;
  return error instanceof Error && "code" in error;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  if (!isUsage && !isOfFiles(error)) throw error;
  process.stderr.write(`history: ${error.message}\n`);
  if (isUsage) process.stderr.write("--help says what it takes\n");
  process.exitCode = isUsage ? EXIT_USAGE : EXIT_FILES;
}
