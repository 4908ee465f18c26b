import type { Problem } from "../run/problem.ts";

/**
 * How often a rule was broken. Each grant beside a holder breaks exclusion, so that of a holder who does not know that
 * its lock is over counts many: its own number is said too.
 */
export function ruleWords(rule: string, problems: readonly Problem[]): string {
  const broken = problems.filter((problem) => problem.rule === rule);
  if (rule !== "exclusion") return `${rule}: ${broken.length}`;
  const holders = new Set(broken.map(({ events }) => events[0]?.hold));
  return `${rule}: ${broken.length} (beside ${holders.size} holders)`;
}
