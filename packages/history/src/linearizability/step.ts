import { pairCalls } from "../call.ts";
import type { HistoryEvent } from "../history-event.ts";
import type { Hold } from "../hold.ts";

/** Something that surely took effect, at one instant between its two ends. */
export interface Step {
  readonly kind: "acquire" | "renew" | "release";
  readonly hold: Hold;
  readonly invokeNs: number;
  readonly returnNs: number;
  /** Of an acquire with a known token. */
  readonly token: bigint | undefined;
  /** From when the lock may be free without a release, as long as nothing prolongs it. */
  readonly freeFromNs: number;
  readonly events: readonly HistoryEvent[];
}

/**
 * The steps of one lock that a linearization has to put in order, by their invokes.
 *
 * An acquire whose outcome is unknown is a step only when a renewal or release of it succeeded: else it
 * may never have taken effect, which allows everything that its effect would. Refusals are no steps.
 */
export function stepsOf(holds: readonly Hold[]): readonly Step[] {
  const steps = holds.flatMap((hold) => {
    const { calls } = pairCalls(hold.events);
    const endsNs = endsFromNs(hold);
    const later = calls.flatMap(({ invoke, end }): readonly Step[] => {
      const { operation } = invoke;
      if (end?.phase !== "ok" || (operation !== "renew" && operation !== "release")) return [];
      const freeFromNs = Math.min(end.validUntilNs ?? Number.POSITIVE_INFINITY, endsNs);
      return [{ ...span(hold, invoke, end), kind: operation, token: undefined, freeFromNs }];
    });
    return [...acquireOf(hold, later, endsNs), ...later];
  });
  return steps.sort((one, other) => one.invokeNs - other.invokeNs);
}

function acquireOf(hold: Hold, later: readonly Step[], endsNs: number): readonly Step[] {
  const { asked, answered, granted, token } = hold;
  if (asked === undefined) return [];
  if (granted !== undefined) {
    const freeFromNs = Math.min(granted.validUntilNs ?? Number.POSITIVE_INFINITY, endsNs);
    return [{ ...span(hold, asked, granted), kind: "acquire", token, freeFromNs }];
  }
  if (answered?.phase === "fail" || later.length === 0) return [];
  const returnNs = Math.min(...later.map((step) => step.returnNs));
  const [invokeNs, freeFromNs] = [asked.atNs, Number.NEGATIVE_INFINITY];
  return [{ kind: "acquire", hold, invokeNs, returnNs, token, freeFromNs, events: [asked] }];
}

function span(
  hold: Hold,
  invoke: HistoryEvent,
  end: HistoryEvent,
): Pick<Step, "hold" | "invokeNs" | "returnNs" | "events"> {
  return { hold, invokeNs: invoke.atNs, returnNs: end.atNs, events: [invoke, end] };
}

/** From when on the hold may be over whatever its validity: a release on its way, a loss, a death. */
function endsFromNs(hold: Hold): number {
  const { calls } = pairCalls(hold.events);
  const doubtful = calls.filter(
    ({ invoke, end }) =>
      (invoke.operation === "release" && end?.phase !== "ok") ||
      (invoke.operation === "renew" && end?.phase === "fail"),
  );
  const isReleased = hold.events.some(
    ({ operation, phase }) => operation === "release" && phase === "invoke",
  );
  const lost = hold.events.find(({ operation }) => operation === "lost");
  // Where there was no release, the hold became final by its loss or by the end of its process.
  const finalNs = isReleased ? (lost?.atNs ?? Number.POSITIVE_INFINITY) : hold.finalNs;
  return Math.min(finalNs, ...doubtful.map(({ invoke }) => invoke.atNs));
}
