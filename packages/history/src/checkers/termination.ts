import { pairCalls } from "../call.ts";
import { conditionsOf } from "../conditions.ts";
import type { HistoryEvent } from "../history-event.ts";
import type { Violation } from "../violation.ts";

/**
 * Every call was answered, unless its process died, and every answer belongs to a call. What else a
 * checker says of a history in which answers belong to nothing is worth little.
 */
export function checkTermination(history: readonly HistoryEvent[]): readonly Violation[] {
  const { crashNs } = conditionsOf(history);
  const { calls, orphans } = pairCalls(history);
  const open = calls.filter(({ invoke, end }) => end === undefined && !crashNs.has(invoke.process));
  return [
    ...open.map(({ invoke }) => violation(invoke, "was never answered")),
    ...orphans.map((event) => violation(event, `was answered ${event.phase} and nobody had asked`)),
  ];
}

function violation(event: HistoryEvent, what: string): Violation {
  return {
    checker: "termination",
    name: event.name,
    message: `${event.operation} of ${event.hold} ${what}`,
    events: [event],
  };
}
