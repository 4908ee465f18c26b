import type { CheckOptions } from "./check-options.ts";
import { checkAvailability } from "./checkers/availability.ts";
import { checkExclusion } from "./checkers/exclusion.ts";
import { checkFencedResource } from "./checkers/fenced-resource.ts";
import { checkFencingOrder } from "./checkers/fencing-order.ts";
import { checkFifo } from "./checkers/fifo.ts";
import { checkCrashHandOff, checkHandOff } from "./checkers/hand-off.ts";
import { checkLeaks } from "./checkers/leaks.ts";
import { checkLinearizability, verdictsOf } from "./checkers/linearizability.ts";
import { checkLossTold } from "./checkers/loss-told.ts";
import { checkLostWakeUp } from "./checkers/lost-wake-up.ts";
import { checkOwnership } from "./checkers/ownership.ts";
import { checkTermination } from "./checkers/termination.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { CheckerName, Violation } from "./violation.ts";

/** Looks for one kind of violation. Pure. */
export type Checker = (
  history: readonly HistoryEvent[],
  options: CheckOptions,
) => readonly Violation[];

/** Every checker by its name. */
export const checkers: Readonly<Record<CheckerName, Checker>> = {
  exclusion: checkExclusion,
  "fencing-order": checkFencingOrder,
  "fenced-resource": checkFencedResource,
  ownership: checkOwnership,
  "lost-wake-up": checkLostWakeUp,
  "hand-off": checkHandOff,
  "crash-hand-off": checkCrashHandOff,
  fifo: checkFifo,
  "loss-told": checkLossTold,
  availability: checkAvailability,
  termination: checkTermination,
  leaks: checkLeaks,
  linearizability: checkLinearizability,
};

/** Runs every checker over a history in the order of time, each with the bounds that it was given. */
export function checkAll(
  history: readonly HistoryEvent[],
  options: CheckOptions = {},
): readonly Violation[] {
  return Object.values(checkers).flatMap((check) => check(history, options));
}

/** The locks of which the search for a linearization was given up. */
export function undecided(
  history: readonly HistoryEvent[],
  options: CheckOptions = {},
): readonly string[] {
  const verdicts = [...verdictsOf(history, options)];
  return verdicts.filter(([, { result }]) => result === "unknown").map(([name]) => name);
}
