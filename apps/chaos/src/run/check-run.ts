import {
  type CheckOptions,
  checkAll,
  conditionsOf,
  type HistoryEvent,
  handOffsOf,
  undecided,
} from "@holdfast/history";
import { crashHandOffsMs } from "./crash-hand-offs.ts";
import type { Problem } from "./problem.ts";
import type { Counts, Quantiles } from "./run-result.ts";
import { spuriousLosses } from "./spurious-losses.ts";

interface Verdict {
  readonly problems: readonly Problem[];
  readonly undecided: readonly string[];
  readonly calmSeconds: number;
  readonly handOffMs: Quantiles | undefined;
  readonly crashHandOffMs: Quantiles | undefined;
  readonly counts: Omit<Counts, "processes">;
}

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** Every checker over the history of a run, and what only runs can say of it. */
export function checkRun(history: readonly HistoryEvent[], options: CheckOptions): Verdict {
  const problems = checkAll(history, options).map(
    ({ checker, name, message, events }): Problem => ({ rule: checker, name, message, events }),
  );
  const handOffs = handOffsOf(history, options).filter(({ after }) => after === "release");
  return {
    problems: [...problems, ...spuriousLosses(history, options)],
    undecided: undecided(history, options),
    calmSeconds: calmNsOf(history, options) / NS_PER_SECOND,
    handOffMs: quantilesOf(handOffs.map(({ durationNs }) => durationNs / NS_PER_MS)),
    crashHandOffMs: quantilesOf(crashHandOffsMs(history, options)),
    counts: countsOf(history),
  };
}

/** Of the time in which locks were asked for, what no fault or its settling covers. */
function calmNsOf(history: readonly HistoryEvent[], { settleMs }: CheckOptions): number {
  const asked = history.filter(({ operation }) => operation === "acquire");
  const [startNs = 0, endNs = 0] = [asked[0]?.atNs, asked.at(-1)?.atNs];
  const { faults } = conditionsOf(history, settleMs);
  const broken = faults.map((fault) =>
    Math.max(0, Math.min(endNs, fault.endNs) - Math.max(startNs, fault.startNs)),
  );
  return endNs - startNs - broken.reduce((sum, ns) => sum + ns, 0);
}

function countsOf(history: readonly HistoryEvent[]): Omit<Counts, "processes"> {
  const count = (operation: HistoryEvent["operation"], phase: HistoryEvent["phase"]): number =>
    history.filter((event) => event.operation === operation && event.phase === phase).length;
  return {
    events: history.length,
    cycles: count("acquire", "ok"),
    refused: count("acquire", "fail"),
    unknown: count("acquire", "unknown"),
    renewals: count("renew", "ok"),
    losses: count("lost", "ok"),
  };
}

function quantilesOf(values: readonly number[]): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
