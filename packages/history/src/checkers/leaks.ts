import type { CheckOptions } from "../check-options.ts";
import type { HistoryEvent } from "../history-event.ts";
import type { Violation } from "../violation.ts";

/** Nothing is left when everything has ended: no `leftover` event and no entry of `leftovers`. */
export function checkLeaks(
  history: readonly HistoryEvent[],
  { leftovers = [] }: CheckOptions,
): readonly Violation[] {
  const recorded = history.filter(({ operation }) => operation === "leftover");
  return [
    ...recorded.map((event): Violation => {
      const message = `${event.detail ?? "something"} was left`;
      return { checker: "leaks", name: event.name, message, events: [event] };
    }),
    ...leftovers.map((what): Violation => {
      return { checker: "leaks", name: "", message: `${what} was left`, events: [] };
    }),
  ];
}
