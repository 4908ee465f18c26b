import { planItems, sliceSeconds } from "../method/plan.ts";
import { durationText } from "../report/duration-text.ts";
import type { Scenario } from "../scenario.ts";
import type { Abilities, Strategy } from "../strategy.ts";

/** What `--help` prints. */
export const helpText = `Compares ways to take a lock: Holdfast, other libraries, and the raw drivers as the limit.

Usage: npm run bench -- [flags]

What to measure
  --strategies a,b   only these (default: all but the peers; see --list)
  --peers            other libraries too: all, or those on the backends of --strategies
  --scenarios a,b    ask only these questions (default: all; see --list)
  --quick            three short rounds of a few scenarios and strategies, not for gating
  --seconds n        length of one measured slice (default: the scenario's own)
  --rounds n         rounds over all strategies, interleaved (default: the scenario's own)

Where to measure
  --url URL          your own server instead of one that is started; once for each server.
                     Locks are prefixed and removed in the end, and nothing is killed or stopped
  --destructive      scenarios that kill and stop servers; refused beside --url, done without it

What to do with it
  --gate             measure what the targets of gates.json need, and judge them: exit code 1
                     when one is missed or the noise is too large to tell
  --json FILE        write the results there too; "-" writes them to standard output
  --html FILE        write a page with charts there too, which needs nothing beside it
  --from OLD         beside --html: the page of an older result, without a run
  --compare OLD      say what changed beyond the noise since the results of OLD
  --compare OLD,NEW  the same for two results, without a run

  --list             show the strategies, what they can do, and the scenarios
  --help             show this

A run says at its start how long it takes at least, and --list says so of each scenario.
It starts its own servers and ends them. Ctrl-C ends it early and prints what was measured
so far. With HOLDFAST_SERVERS=none no server is started.
`;

const ABILITIES: readonly (keyof Abilities)[] = [
  ...(["fencing", "waitsWithoutPolling", "lossSignal", "renewal", "fairness", "quorum"] as const),
];

/** What `--list` prints. */
export function listText(strategies: readonly Strategy[], scenarios: readonly Scenario[]): string {
  const peers = strategies.filter(({ isPeer }) => isPeer === true);
  const own = strategies.filter(({ isPeer }) => isPeer !== true);
  return [
    `Strategies\n${column(own)}`,
    ...(peers.length === 0 ? [] : [`Peers (with --peers, or by name)\n${column(peers)}`]),
    `What they can do\n${abilityTable(strategies)}`,
    `Scenarios\n${column(scenarios)}`,
    `How long their slices take, without peers and with; a run takes longer\n${durations(scenarios, { own, all: strategies })}`,
  ].join("\n");
}

function durations(
  scenarios: readonly Scenario[],
  { own, all }: Readonly<Record<"own" | "all", readonly Strategy[]>>,
): string {
  const timeOf = (asked: readonly Scenario[], strategies: readonly Strategy[]): string => {
    const items = planItems(asked, strategies);
    const seconds = sliceSeconds({ items, seconds: undefined, rounds: undefined });
    return seconds === 0 ? "no slices" : durationText(seconds);
  };
  const width = widthOf(scenarios);
  const line = (title: string, asked: readonly Scenario[]): string =>
    `  ${title.padEnd(width)}  ${timeOf(asked, own).padEnd("no slices".length)}  ${timeOf(asked, all)}\n`;
  return [...scenarios.map((each) => line(each.id, [each])), line("all", scenarios)].join("");
}

function column(items: readonly { readonly id: string; readonly about: string }[]): string {
  const width = widthOf(items);
  return items.map(({ id, about }) => `  ${id.padEnd(width)}  ${about}\n`).join("");
}

function abilityTable(strategies: readonly Strategy[]): string {
  const width = widthOf(strategies);
  const head = `  ${"".padEnd(width)}  ${ABILITIES.join("  ")}\n`;
  const rows = strategies.map(({ id, abilities }) => {
    const cells = ABILITIES.map((name) => (abilities[name] ? "yes" : "no").padEnd(name.length));
    return `  ${id.padEnd(width)}  ${cells.join("  ").trimEnd()}\n`;
  });
  return `${head}${rows.join("")}`;
}

function widthOf(items: readonly { readonly id: string }[]): number {
  return Math.max(...items.map(({ id }) => id.length));
}
