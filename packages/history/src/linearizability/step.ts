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
 * They are what holds did whose acquire was granted. An acquire with an unknown outcome may never have
 * taken effect, which allows everything that its effect would: also when its release found something to
 * release, on some of the members of a quorum. Refusals are no steps.
 */
export function stepsOf(holds: readonly Hold[]): readonly Step[] {
  const steps = holds.flatMap((hold) => {
    const { asked, granted, token, calls } = hold;
    if (asked === undefined || granted === undefined) return [];
    const endsNs = endsFromNs(hold);
    const step = (kind: Step["kind"], invoke: HistoryEvent, end: HistoryEvent): Step => ({
      kind,
      hold,
      invokeNs: invoke.atNs,
      returnNs: end.atNs,
      token: kind === "acquire" ? token : undefined,
      freeFromNs: Math.min(end.validUntilNs ?? Number.POSITIVE_INFINITY, endsNs),
      events: [invoke, end],
    });
    const later = calls.flatMap(({ invoke, end }) => {
      const { operation } = invoke;
      if (end?.phase !== "ok" || (operation !== "renew" && operation !== "release")) return [];
      return [step(operation, invoke, end)];
    });
    return [step("acquire", asked, granted), ...later];
  });
  return steps.sort((one, other) => one.invokeNs - other.invokeNs);
}

/** From when on the hold may be over whatever its validity: a release on its way, a loss, a death. */
function endsFromNs(hold: Hold): number {
  const doubtful = hold.calls.filter(
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
