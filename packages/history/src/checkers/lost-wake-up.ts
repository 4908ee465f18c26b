import type { CheckOptions } from "../check-options.ts";
import type { HistoryEvent } from "../history-event.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import { longestWaits, vacanciesOf } from "../vacancy.ts";
import type { Violation } from "../violation.ts";

/**
 * Nobody waits for a lock that surely nobody holds for longer than `wakeUpMs`.
 *
 * The lock is surely free when every grant was released or is past its ttl and no outcome is open; times
 * of faults and pauses do not count. One violation for each such time, with who waited longest.
 */
export function checkLostWakeUp(
  history: readonly HistoryEvent[],
  options: CheckOptions,
): readonly Violation[] {
  if (options.wakeUpMs === undefined) return [];
  const waits = longestWaits(history, vacanciesOf(history, options), options.wakeUpMs);
  return waits.map(([{ name, after }, { asked, startNs, endNs }]) => ({
    checker: "lost-wake-up",
    name,
    message: `${asked.hold} waited ${inMilliseconds(endNs - startNs)} for a lock that was free`,
    events: [...(after?.events ?? []), asked],
  }));
}
