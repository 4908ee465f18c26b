import type { Result } from "../method/outcome.ts";

/** Something that somebody wants of a lock, and the figure that tells how well they get it. */
export interface Need {
  /** What it is called in a column of its own. */
  readonly text: string;
  readonly scenario: string;
  readonly metric: string;
  readonly better: "less" | "more";
  /** Who could not be recommended for it, whatever the figure. */
  readonly refuses?: (result: Result) => boolean;
}

const isStarving = ({ metrics }: Result): boolean => (metrics["starved"]?.median ?? 0) > 0;
const isFailing = ({ metrics }: Result): boolean => (metrics["failures"]?.median ?? 0) > 0;
const isRefusing = ({ metrics }: Result): boolean =>
  (metrics["succeededPercent"]?.median ?? 0) < 100;

/** The needs that a run can tell something about, in the order of the page. */
export const needs: readonly Need[] = [
  {
    text: "nobody else wants it: the shortest acquire and release",
    scenario: "uncontended",
    metric: "p50Us",
    better: "less",
  },
  {
    text: "many want it: the most turns that change hands, nobody starved, none failed",
    scenario: "contended",
    metric: "switchesPerSecond",
    better: "more",
    refuses: (result) => isStarving(result) || isFailing(result),
  },
  {
    text: "many want it: the shortest wait of the unlucky (p99), nobody starved",
    scenario: "contended",
    metric: "waitP99Ms",
    better: "less",
    refuses: (result) => isStarving(result) || isFailing(result),
  },
  {
    text: "passed between processes: the shortest time from release to grant",
    scenario: "handoff",
    metric: "handoffP50Ms",
    better: "less",
  },
  {
    text: "many callers of one process: the most acquisitions a second",
    scenario: "local",
    metric: "acquisitionsPerSecond",
    better: "more",
    refuses: isStarving,
  },
  {
    text: "the holder's process is killed: the lock is free again soonest",
    scenario: "crash",
    metric: "grantMs",
    better: "less",
  },
  {
    text: "the holder stood still: it is told of the loss soonest",
    scenario: "pause",
    metric: "toldMs",
    better: "less",
  },
  {
    text: "the holder stood still: the fewest lost writes where the resource checks tokens",
    scenario: "pause",
    metric: "lostWritesFenced",
    better: "less",
  },
  {
    text: "a minority of the servers is dead: the shortest acquire (p99), none failed",
    scenario: "member-down",
    metric: "p99Us",
    better: "less",
    refuses: isRefusing,
  },
  {
    text: "a minority of the servers hangs: the shortest acquire (p99), none failed",
    scenario: "member-hung",
    metric: "p99Us",
    better: "less",
    refuses: isRefusing,
  },
  {
    text: "very many locks held: the least memory for each",
    scenario: "holding",
    metric: "heapKibPerLease",
    better: "less",
  },
  {
    text: "very many callers in one queue: the shortest turn",
    scenario: "waiters",
    metric: "handoffNs",
    better: "less",
  },
];
