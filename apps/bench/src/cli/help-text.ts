import type { Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";

/** What `--help` prints. */
export const helpText = `Compares ways to take a lock: Holdfast, other libraries, and the raw drivers as the limit.

Usage: npm run bench -- [flags]

  --strategies a,b   measure only these (default: all; see --list)
  --scenarios a,b    ask only these questions (default: all; see --list)
  --seconds n        length of one measured slice (default: the scenario's own)
  --rounds n         rounds over all strategies, interleaved (default: 8)
  --json FILE        write the results there too
  --list             show the strategies and scenarios
  --help             show this

A run takes a few minutes. It starts its own Redis servers, and needs none of yours. Ctrl-C ends
it early and prints what was measured so far. With HOLDFAST_SERVERS=none no server is started.
`;

/** What `--list` prints. */
export function listText(strategies: readonly Strategy[], scenarios: readonly Scenario[]): string {
  return `Strategies\n${column(strategies)}\nScenarios\n${column(scenarios)}`;
}

function column(items: readonly { readonly id: string; readonly about: string }[]): string {
  const width = Math.max(...items.map(({ id }) => id.length));
  return items.map(({ id, about }) => `  ${id.padEnd(width)}  ${about}\n`).join("");
}
