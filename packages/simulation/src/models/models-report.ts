import type { Counterexample, Exploration } from "./explore.ts";
import type { ModelCase } from "./model-case.ts";

/** An exploration and what came of it. */
export interface Explored {
  readonly modelCase: ModelCase;
  readonly exploration: Exploration;
}

/** Rows of a Markdown table: every state that can be reached, and that none violates anything. */
export function soundTable(explored: readonly Explored[]): string {
  return table(
    ["exploration", "what may happen", "states", "steps between them", "deepest", "verdict"],
    explored.map(({ modelCase: { id, title }, exploration }) => [
      `\`${id}\``,
      title,
      count(exploration.stateCount),
      count(exploration.transitionCount),
      String(exploration.depth),
      verdictOf(exploration),
    ]),
  );
}

/** Rows of a Markdown table: the rule that is broken, and the length of the shortest way to harm. */
export function brokenTable(explored: readonly Explored[]): string {
  return table(
    ["variant", "what is wrong", "states until found", "violated", "steps"],
    explored.map(({ modelCase: { id, title }, exploration }) => [
      `\`${id}\``,
      title,
      count(exploration.stateCount),
      verdictOf(exploration),
      String(exploration.counterexample?.steps.length ?? "-"),
    ]),
  );
}

/** The steps, numbered, and what they lead to. */
export function counterexampleText({ steps, invariant }: Counterexample): string {
  const width = String(steps.length).length;
  const lines = steps.map((step, index) => `${String(index + 1).padStart(width)}  ${step}`);
  return [...lines, `Violated: ${invariant}.`].join("\n");
}

function verdictOf({ counterexample }: Exploration): string {
  return counterexample?.invariant ?? "no violation";
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
