import { conditionsOf } from "../conditions.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Hold, holdsOf } from "../hold.ts";
import type { Interval } from "../interval.ts";
import { type BackendFacts, possessionsOf } from "../possession.ts";
import type { Violation } from "../violation.ts";

/** What there is to see of a violation: a stretch of time, and a lane for each hold in it. */
export interface Timeline extends Interval {
  readonly violation: Violation;
  readonly lanes: readonly Lane[];
  readonly faults: readonly Interval[];
}

export interface Lane {
  readonly hold: Hold;
  /** Whether the violation names it. */
  readonly isInvolved: boolean;
  /** When it surely relied on the lock. */
  readonly believed: readonly Interval[];
  /** When it may have had the lock on the backend. */
  readonly possible: Interval | undefined;
  /** When its process died, if that was while it may have had the lock. */
  readonly diedNs: number | undefined;
  /** Its calls to what the lock guards. */
  readonly accesses: readonly HistoryEvent[];
}

const LANES_MAX = 40;
/** How much of the stretch is shown before and after it. */
const PAD_SHARE = 0.15;
const PAD_NS_MIN = 1e6;

/** At most 40 lanes: those that the violation names, and then the ones nearest to its end. */
export function timelineOf(
  history: readonly HistoryEvent[],
  violation: Violation,
  facts: BackendFacts = {},
): Timeline {
  const conditions = conditionsOf(history);
  const involved = new Set(violation.events.map(({ hold }) => hold));
  const holds = holdsOf(history).filter(({ name }) => name === violation.name);
  const stretch = stretchOf(violation, holds, involved);
  const lanes = holds
    .map((hold): Lane => {
      const [possible] = possessionsOf(hold, conditions, facts);
      const crashNs = conditions.crashNs.get(hold.process);
      const diedNs = possible !== undefined && isWithin(possible, crashNs) ? crashNs : undefined;
      const isInvolved = involved.has(hold.hold);
      return { hold, isInvolved, believed: hold.believed, possible, diedNs, accesses: [] };
    })
    .filter(({ isInvolved, possible }) => isInvolved || overlaps(stretch)(possible));
  const shown = nearest(lanes, stretch);
  const accesses = history.filter(
    ({ operation, name, atNs }) =>
      (operation === "write" || operation === "read") &&
      name === violation.name &&
      isWithin(stretch, atNs),
  );
  return {
    ...stretch,
    violation,
    lanes: shown.map((lane) => ({
      ...lane,
      accesses: accesses.filter(({ hold }) => hold === lane.hold.hold),
    })),
    faults: conditions.faults.filter(overlaps(stretch)),
  };
}

/** From the first event to the last, and as long as those involved relied on the lock or waited. */
function stretchOf(
  { events }: Violation,
  holds: readonly Hold[],
  involved: ReadonlySet<string>,
): Interval {
  const times = events.map(({ atNs }) => atNs);
  for (const { hold, believed, answered } of holds) {
    if (!involved.has(hold)) continue;
    times.push(...believed.map(({ endNs }) => endNs).filter(Number.isFinite));
    if (answered !== undefined) times.push(answered.atNs);
  }
  // Not by spreading: a violation can have any number of events.
  let [startNs, endNs] = [times[0] ?? 0, times[0] ?? 0];
  for (const atNs of times) {
    startNs = Math.min(startNs, atNs);
    endNs = Math.max(endNs, atNs);
  }
  const padNs = Math.max(PAD_NS_MIN, (endNs - startNs) * PAD_SHARE);
  return { startNs: startNs - padNs, endNs: endNs + padNs };
}

function overlaps(stretch: Interval): (interval: Interval | undefined) => boolean {
  return (interval) =>
    interval !== undefined && interval.startNs < stretch.endNs && stretch.startNs < interval.endNs;
}

function isWithin({ startNs, endNs }: Interval, atNs = Number.NaN): boolean {
  return startNs <= atNs && atNs <= endNs;
}

function nearest(lanes: readonly Lane[], { endNs }: Interval): readonly Lane[] {
  const distance = ({ hold }: Lane): number => Math.abs(endNs - (hold.events[0]?.atNs ?? 0));
  const ranked = [...lanes].sort((one, other) => {
    const byPart = Number(other.isInvolved) - Number(one.isInvolved);
    return byPart === 0 ? distance(one) - distance(other) : byPart;
  });
  const shown = new Set(ranked.slice(0, LANES_MAX));
  return lanes.filter((lane) => shown.has(lane));
}
