import { byName } from "../by-name.ts";
import type { CheckOptions } from "../check-options.ts";
import { type Conditions, conditionsOf } from "../conditions.ts";
import { countWhile } from "../count-while.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Hold, holdsOf } from "../hold.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import { type Interval, merged } from "../interval.ts";
import { possessionsOf } from "../possession.ts";
import type { Violation } from "../violation.ts";

/**
 * Nobody is refused a lock that nobody else can have had, from `availableMs` before the acquire began
 * until it ended, in a time without faults and pauses. An acquire that its caller aborted is passed over.
 */
export function checkAvailability(
  history: readonly HistoryEvent[],
  options: CheckOptions,
): readonly Violation[] {
  const { availableMs, settleMs } = options;
  if (availableMs === undefined) return [];
  const conditions = conditionsOf(history, settleMs);
  return [...byName(holdsOf(history)).values()].flatMap((holds) => {
    const taken = takenBy(holds, conditions, options);
    return holds.filter(wasRefused).flatMap((hold) => {
      const asked = hold.asked as HistoryEvent;
      const answered = hold.answered as HistoryEvent;
      const stretch = { startNs: asked.atNs - availableMs * 1e6, endNs: answered.atNs };
      if (isTaken(taken, stretch, hold)) return [];
      return [violation(hold, asked, answered)];
    });
  });
}

function wasRefused({ asked, answered }: Hold): boolean {
  if (asked === undefined || answered === undefined || answered.phase === "ok") return false;
  return answered.detail !== "aborted";
}

/** A stretch in which somebody may have the lock, or in which nothing can be said. */
interface Taken extends Interval {
  readonly hold?: Hold;
}

interface TakenTimes {
  /** By start. */
  readonly taken: readonly Taken[];
  /** For each, the latest end so far, and the latest of a hold other than that one. */
  readonly latest: readonly (readonly [first: Taken, second: Taken | undefined])[];
}

function takenBy(
  holds: readonly Hold[],
  conditions: Conditions,
  options: CheckOptions,
): TakenTimes {
  const possessions = holds.flatMap((hold) => possessionsOf(hold, conditions, options));
  const taken: Taken[] = [...merged(conditions.faults), ...possessions];
  taken.sort((one, other) => one.startNs - other.startNs);
  const latest: (readonly [Taken, Taken | undefined])[] = [];
  let first: Taken | undefined;
  let second: Taken | undefined;
  for (const next of taken) {
    if (first === undefined || next.endNs > first.endNs) [first, second] = [next, first];
    else if (second === undefined || next.endNs > second.endNs) second = next;
    latest.push([first, second]);
  }
  return { taken, latest };
}

/** Whether anybody but this hold may have had the lock at any time in the stretch. */
function isTaken({ taken, latest }: TakenTimes, { startNs, endNs }: Interval, hold: Hold): boolean {
  const begun = countWhile(taken, (other) => other.startNs <= endNs);
  return (latest[begun - 1] ?? []).some(
    (other) => other !== undefined && other.hold !== hold && other.endNs >= startNs,
  );
}

function violation(hold: Hold, asked: HistoryEvent, answered: HistoryEvent): Violation {
  const took = inMilliseconds(answered.atNs - asked.atNs);
  return {
    checker: "availability",
    name: hold.name,
    message: `${hold.hold} was answered ${answered.phase} after ${took}, and nobody can have held the lock`,
    events: [asked, answered],
  };
}
