import { byName } from "../by-name.ts";
import type { CheckOptions } from "../check-options.ts";
import type { HistoryEvent } from "../history-event.ts";
import { holdsOf } from "../hold.ts";
import { searchLinearization, type Verdict } from "../linearizability/search.ts";
import { stepsOf } from "../linearizability/step.ts";
import type { Violation } from "../violation.ts";

const STEPS_MAX = 200_000;

/**
 * Everything that succeeded can be put in one order in which a fenced lock could have done it: each step
 * at an instant between its two ends, one holder at a time, tokens rising, no lock free by itself before
 * its validity is over. Each name has its own order.
 *
 * Where `stepsMax` is spent before an order is found nothing is said; {@link verdictsOf} tells.
 */
export function checkLinearizability(
  history: readonly HistoryEvent[],
  options: CheckOptions,
): readonly Violation[] {
  return [...verdictsOf(history, options)].flatMap(([name, verdict]) =>
    verdict.result === "impossible" ? [violation(name, verdict)] : [],
  );
}

/** The verdict on each lock of a history. */
export function verdictsOf(
  history: readonly HistoryEvent[],
  { stepsMax = STEPS_MAX }: CheckOptions,
): ReadonlyMap<string, Verdict> {
  const names = [...byName(holdsOf(history))];
  return new Map(
    names.map(([name, holds]) => [name, searchLinearization(stepsOf(holds), stepsMax)]),
  );
}

function violation(
  name: string,
  { last, next }: Extract<Verdict, { result: "impossible" }>,
): Violation {
  const what = next.map(({ kind, hold }) => `${kind} of ${hold.hold}`).join(", ");
  const when = last === undefined ? "at the beginning" : `after ${last.kind} of ${last.hold.hold}`;
  const events = [...(last?.events ?? []), ...next.flatMap((step) => step.events)];
  return {
    checker: "linearizability",
    name,
    message: `no order of what succeeded is possible: ${when} comes none of ${what}`,
    events: events.sort((one, other) => one.atNs - other.atNs),
  };
}
