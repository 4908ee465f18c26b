import type { Problem } from "../run/problem.ts";
import type { RunResult } from "../run/run-result.ts";
import { countsBy } from "./counts-by.ts";

/** Of one rule, and of one problem: more say nothing new. */
const PROBLEMS_PER_RULE_MAX = 10;
const EVENTS_MAX = 40;

/** The result of a run as JSON, with the first problems of each rule. */
export function reportJson(result: RunResult): string {
  const { problems, ...rest } = result;
  const violations = countsBy(problems, ({ rule }) => rule);
  const shown = Object.keys(violations).flatMap((rule) =>
    problems
      .filter((problem) => problem.rule === rule)
      .slice(0, PROBLEMS_PER_RULE_MAX)
      .map(
        ({ events, ...problem }): Problem => ({ ...problem, events: events.slice(0, EVENTS_MAX) }),
      ),
  );
  return `${JSON.stringify({ ...rest, violations, problems: shown }, undefined, 2)}\n`;
}
