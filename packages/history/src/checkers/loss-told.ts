import type { CheckOptions } from "../check-options.ts";
import { actsBy, conditionsOf } from "../conditions.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Hold, holdsOf } from "../hold.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import type { Violation } from "../violation.ts";

/**
 * A holder is told within `noticeMs` that its validity is over, or that the backend said no to its
 * renewal, unless it asked for its release or died before. A pause of the process is not counted:
 * then the bound begins anew when it goes on.
 */
export function checkLossTold(
  history: readonly HistoryEvent[],
  { noticeMs }: CheckOptions,
): readonly Violation[] {
  if (noticeMs === undefined) return [];
  const conditions = conditionsOf(history);
  return holdsOf(history).flatMap((hold) => {
    const pauses = conditions.pauses.get(hold.process);
    const late = causesOf(hold).find(({ atNs, untilNs }) => {
      const toldNs = Math.min(hold.finalNs, untilNs, conditions.endNs);
      return toldNs > actsBy(atNs, noticeMs * 1e6, pauses);
    });
    return late === undefined ? [] : [violation(hold, late)];
  });
}

/** A reason to tell the holder that it has lost the lock. */
interface Cause {
  readonly atNs: number;
  /** When it could rely on the lock again, although nobody had told it. */
  readonly untilNs: number;
  readonly what: string;
  readonly event: HistoryEvent;
}

function causesOf(hold: Hold): readonly Cause[] {
  const { granted, believed, finalNs, events } = hold;
  const [never, over] = [Number.POSITIVE_INFINITY, "its validity was over"];
  const causes: Cause[] = believed.flatMap(({ endNs, from }, index) => {
    const untilNs = believed[index + 1]?.startNs ?? never;
    return endNs < finalNs ? [{ atNs: endNs, untilNs, what: over, event: from }] : [];
  });
  if (granted !== undefined && granted.atNs < finalNs && believed[0]?.from !== granted) {
    const untilNs = believed[0]?.startNs ?? never;
    causes.unshift({ atNs: granted.atNs, untilNs, what: `${over} when granted`, event: granted });
  }
  const refused = events.find(({ operation, phase }) => operation === "renew" && phase === "fail");
  if (refused === undefined) return causes;
  const what = "its renewal was refused";
  return [...causes, { atNs: refused.atNs, untilNs: never, what, event: refused }];
}

function violation(hold: Hold, cause: Cause): Violation {
  const told = hold.events.find(({ operation }) => operation === "lost");
  const when =
    told === undefined
      ? "was not told"
      : `was told ${inMilliseconds(told.atNs - cause.atNs)} later`;
  const granted = hold.granted === undefined ? [] : [hold.granted];
  const events = new Set([...granted, cause.event, ...(told === undefined ? [] : [told])]);
  return {
    checker: "loss-told",
    name: hold.name,
    message: `${cause.what} and ${hold.hold} ${when}`,
    events: [...events],
  };
}
