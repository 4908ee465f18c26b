import { textReport } from "@holdfast/history";
import Table from "cli-table3";
import colors from "picocolors";
import type { Problem } from "../run/problem.ts";
import type { RunResult } from "../run/run-result.ts";
import { countsBy } from "./counts-by.ts";
import { faultRows } from "./fault-rows.ts";
import { repeatCommand } from "./repeat-command.ts";
import { ruleWords } from "./rule-words.ts";
import { figuresOf, headline } from "./run-words.ts";

/** Of one rule; the count says how many more there are. */
const SHOWN_PER_RULE_MAX = 2;

/** What a run did and found, for a terminal. */
export function summaryText(result: RunResult): string {
  const { leftOut, undecided, historyFolder } = result;
  const parts = [
    colors.bold(headline(result)),
    faultTable(result),
    figuresOf(result)
      .map(([what, figure]) => `${what}: ${figure}`)
      .join("\n"),
    ...leftOut.map(({ id, why }) => `not done: ${id}: ${why}`),
    ...(undecided.length === 0
      ? []
      : [`no order was found, nor that there is none: ${undecided.join(", ")}`]),
    verdictText(result),
    ...(historyFolder === undefined ? [] : [`The history is in ${historyFolder}`]),
    `The same faults again: ${repeatCommand(result)}`,
  ];
  return `${parts.join("\n")}\n`;
}

function faultTable({ faults }: RunResult): string {
  const table = new Table({
    head: ["fault", "times", "seconds"].map((title) => colors.cyan(title)),
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { id, count, seconds } of faultRows(faults)) {
    table.push([id, String(count), seconds.toFixed(1)]);
  }
  return table.toString();
}

function verdictText({ problems, brokenOff }: RunResult): string {
  const broken = brokenOff === undefined ? [] : [colors.yellow(`The run broke off: ${brokenOff}`)];
  if (problems.length === 0) return [...broken, colors.green("Nothing was found.")].join("\n");
  const rules = Object.keys(countsBy(problems, ({ rule }) => rule));
  const found = rules.flatMap((rule) => [
    colors.red(ruleWords(rule, problems)),
    ...problems
      .filter((problem) => problem.rule === rule)
      .slice(0, SHOWN_PER_RULE_MAX)
      .map(problemText),
  ]);
  return [...broken, ...found].join("\n");
}

function problemText({ rule, name, message, events }: Problem): string {
  if (events.length === 0) return `  ${message}`;
  // Rules of the history are its checkers; the words are theirs.
  return textReport([{ checker: rule as never, name, message, events }]);
}
