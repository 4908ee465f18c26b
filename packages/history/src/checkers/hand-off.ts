import type { CheckOptions } from "../check-options.ts";
import type { HistoryEvent } from "../history-event.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import type { BackendFacts } from "../possession.ts";
import { longestWaits, type Vacancy, vacanciesOf } from "../vacancy.ts";
import type { Violation } from "../violation.ts";

/** How long a lock went to nobody between one holder and the next, who waited already. */
export interface HandOff {
  readonly name: string;
  readonly after: "release" | "crash";
  readonly durationNs: number;
}

/** Every hand-off of a history, to be counted and measured. */
export function handOffsOf(
  history: readonly HistoryEvent[],
  facts: BackendFacts = {},
): readonly HandOff[] {
  return vacanciesOf(history, facts).flatMap(({ name, startNs, endNs, ending, next }) => {
    const askedNs = next?.asked?.atNs ?? Number.POSITIVE_INFINITY;
    if (askedNs >= startNs || ending === undefined || ending === "ttl") return [];
    return [{ name, after: ending, durationNs: endNs - startNs }];
  });
}

/** A released lock is granted within `handOffMs` to somebody who waited for it already. */
export function checkHandOff(
  history: readonly HistoryEvent[],
  options: CheckOptions,
): readonly Violation[] {
  if (options.handOffMs === undefined) return [];
  const released = vacanciesOf(history, options).filter(({ ending }) => ending === "release");
  return slow(history, released, options.handOffMs).map((found) => ({
    ...found,
    checker: "hand-off",
  }));
}

/**
 * The lock of a process that died is granted within `crashHandOffMs` after its ttl (or session) is over
 * to somebody who waited for it already.
 */
export function checkCrashHandOff(
  history: readonly HistoryEvent[],
  options: CheckOptions,
): readonly Violation[] {
  if (options.crashHandOffMs === undefined) return [];
  const crashed = vacanciesOf(history, options).filter(({ ending }) => ending === "crash");
  return slow(history, crashed, options.crashHandOffMs).map((found) => ({
    ...found,
    checker: "crash-hand-off",
  }));
}

function slow(
  history: readonly HistoryEvent[],
  vacancies: readonly Vacancy[],
  boundMs: number,
): readonly Omit<Violation, "checker">[] {
  return longestWaits(history, vacancies, boundMs)
    .filter(([vacancy, { asked }]) => asked.atNs < vacancy.startNs)
    .map(([{ name, after }, { asked, startNs, endNs }]) => ({
      name,
      message: `${after?.hold} was over and ${asked.hold} waited ${inMilliseconds(endNs - startNs)} more`,
      events: [...(after?.events ?? []), asked],
    }));
}
