import type { Result } from "../method/outcome.ts";
import { formatRatio } from "../report/format-number.ts";
import type { Report } from "../report/report.ts";
import { familyOf } from "./family.ts";
import { medianText } from "./figure-text.ts";

/** A figure that all strategies are asked for. */
export interface StrategyColumn {
  readonly group: string;
  readonly title: string;
  readonly scenario: string;
  readonly metric: string;
  /** Written where a strategy took part and has no such figure. */
  readonly none?: string;
  /** Whether it is divided by the first that the strategy is compared with. */
  readonly divided?: true;
}

const COLUMNS: readonly StrategyColumn[] = [
  { group: "Survives", title: "holder killed: free after", scenario: "crash", metric: "grantMs" },
  {
    group: "Survives",
    title: "holder stopped: writes lost",
    scenario: "pause",
    metric: "lostWrites",
  },
  { group: "Survives", title: "… with fencing", scenario: "pause", metric: "lostWritesFenced" },
  {
    group: "Survives",
    title: "minority dead: acquired %",
    scenario: "member-down",
    metric: "succeededPercent",
  },
  {
    group: "Survives",
    title: "minority hung: acquired %",
    scenario: "member-hung",
    metric: "succeededPercent",
  },
  {
    group: "Tells loss",
    title: "going on → told",
    scenario: "pause",
    metric: "toldMs",
    none: "never",
  },
  { group: "Costs", title: "p50", scenario: "uncontended", metric: "p50Us" },
  { group: "Costs", title: "÷ raw", scenario: "uncontended", metric: "p50Us", divided: true },
  {
    group: "Costs",
    title: "commands a cycle",
    scenario: "uncontended",
    metric: "commandsPerCycle",
  },
  { group: "Costs", title: "release → grant", scenario: "handoff", metric: "handoffP50Ms" },
  { group: "Shares", title: "switches", scenario: "contended", metric: "switchesPerSecond" },
  { group: "Shares", title: "starved", scenario: "contended", metric: "starved" },
];

/** The columns that the run has figures for. */
export function strategyColumns({ results }: Report): readonly StrategyColumn[] {
  return COLUMNS.filter(({ scenario, metric }) =>
    results.some((result) => result.scenario === scenario && result.metrics[metric] !== undefined),
  );
}

/** What a strategy has in each column, by the first variant that it was measured in. */
export function strategyLine(
  id: string,
  columns: readonly StrategyColumn[],
  report: Report,
): readonly string[] {
  return columns.map((column) => {
    const result = report.results.find(
      ({ strategy, scenario }) => strategy === id && scenario === column.scenario,
    );
    return column.divided === true ? ratioText(result) : cellText(id, column, { result, report });
  });
}

function cellText(
  id: string,
  { scenario, metric, none }: StrategyColumn,
  { result, report }: { readonly result: Result | undefined; readonly report: Report },
): string {
  const spread = result?.metrics[metric];
  if (spread !== undefined) return medianText(scenario, metric, spread);
  const isUnable = report.cannot.some(
    (place) =>
      place.strategy === id &&
      place.scenario === scenario &&
      (place.metrics === undefined || place.metrics.includes(metric)),
  );
  if (isUnable) return "no";
  return (result && none) ?? "–";
}

/** By the first that it is divided by: the raw driver of a server, a package for a lock in the process. */
function ratioText(result: Result | undefined): string {
  const [other, spreads] = Object.entries(result?.ratios ?? {})[0] ?? [];
  const spread = spreads?.["p50Us"];
  if (other === undefined || spread === undefined) return "";
  const text = formatRatio(spread.median);
  return familyOf(other) === "raw" ? text : `${text} (${other})`;
}
