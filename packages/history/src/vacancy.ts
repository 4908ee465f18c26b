import { byName } from "./by-name.ts";
import { type Conditions, conditionsOf } from "./conditions.ts";
import type { HistoryEvent } from "./history-event.ts";
import { type Hold, holdsOf } from "./hold.ts";
import type { Interval } from "./interval.ts";
import { type BackendFacts, type Ending, possessionsOf } from "./possession.ts";

/** A stretch of time in which surely nobody held a lock, and nothing was broken on purpose. */
export interface Vacancy extends Interval {
  readonly name: string;
  /** Who had the lock before; undefined at the beginning and after a fault. */
  readonly after: Hold | undefined;
  readonly ending: Ending | undefined;
  /** Who was granted the lock at its end; undefined when it ended otherwise. */
  readonly next: Hold | undefined;
}

/** One that asked for the lock, and the part of a vacancy in which it waited. */
export interface Waiter extends Interval {
  readonly hold: Hold;
  readonly asked: HistoryEvent;
}

/** A stretch in which the lock is taken, or in which nothing can be said. */
interface Block extends Interval {
  readonly hold?: Hold;
  readonly ending?: Ending;
}

/** The vacancies of every lock, in the order of time within each name. */
export function vacanciesOf(
  history: readonly HistoryEvent[],
  facts: BackendFacts,
): readonly Vacancy[] {
  const conditions = conditionsOf(history, facts.settleMs);
  const vacancies: Vacancy[] = [];
  for (const [name, holds] of byName(holdsOf(history))) {
    let last: Block = { startNs: 0, endNs: 0 };
    const add = (endNs: number, next: Hold | undefined): void => {
      const { endNs: startNs, hold: after, ending } = last;
      if (startNs < endNs) vacancies.push({ name, startNs, endNs, after, ending, next });
    };
    for (const block of blocksOf(holds, conditions, facts)) {
      // What a dead process may have sent begins at its death, and is no grant.
      const isGrant = block.hold?.granted?.atNs === block.startNs;
      add(block.startNs, isGrant ? block.hold : undefined);
      if (block.endNs > last.endNs) last = block;
    }
    add(conditions.endNs, undefined);
  }
  return vacancies;
}

/**
 * A lock is taken from a grant until its possession ends, and as long as an acquire with an unknown
 * outcome may have it. Acquires that still wait do not take it: they are what vacancies are about.
 */
function blocksOf(
  holds: readonly Hold[],
  conditions: Conditions,
  facts: BackendFacts,
): readonly Block[] {
  const blocks: Block[] = [...conditions.faults];
  for (const hold of holds) {
    for (const possession of possessionsOf(hold, conditions, facts)) {
      if (possession.ending !== "crash" && !blocksOthers(hold)) continue;
      const startNs = Math.max(possession.startNs, hold.granted?.atNs ?? 0);
      blocks.push({ ...possession, startNs });
    }
  }
  return blocks.sort((one, other) => one.startNs - other.startNs);
}

/** Granted, or with an outcome that nobody knows. Not: refused, or still waiting. */
function blocksOthers({ answered }: Hold): boolean {
  return answered !== undefined && answered.phase !== "fail";
}

/** The waiter of each vacancy that waited longest in it, where one waited longer than the bound. */
export function longestWaits(
  history: readonly HistoryEvent[],
  vacancies: readonly Vacancy[],
  boundMs: number,
): readonly (readonly [Vacancy, Waiter])[] {
  const boundNs = boundMs * 1e6;
  const long = vacancies.filter(({ startNs, endNs }) => endNs - startNs > boundNs);
  if (long.length === 0) return [];
  const conditions = conditionsOf(history);
  const holds = byName(holdsOf(history));
  return long.flatMap((vacancy) => {
    const waits = (holds.get(vacancy.name) ?? []).flatMap((hold) =>
      waitIn(vacancy, hold, conditions),
    );
    const [longest] = waits.sort((one, other) => durationNs(other) - durationNs(one));
    return longest !== undefined && durationNs(longest) > boundNs ? [[vacancy, longest]] : [];
  });
}

function waitIn(vacancy: Vacancy, hold: Hold, { crashNs, endNs }: Conditions): readonly Waiter[] {
  const { asked, answered, process } = hold;
  if (asked === undefined) return [];
  const leavesNs = answered?.atNs ?? crashNs.get(process) ?? endNs;
  const wait = {
    startNs: Math.max(asked.atNs, vacancy.startNs),
    endNs: Math.min(leavesNs, vacancy.endNs),
    hold,
    asked,
  };
  return wait.startNs < wait.endNs ? [wait] : [];
}

function durationNs({ startNs, endNs }: Interval): number {
  return endNs - startNs;
}
