import { byName } from "../by-name.ts";
import type { CheckOptions } from "../check-options.ts";
import { type Conditions, conditionsOf } from "../conditions.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Hold, holdsOf } from "../hold.ts";
import { inversions, type Ranked } from "../precedence.ts";
import type { Violation } from "../violation.ts";

interface Place extends Ranked<number> {
  readonly hold: Hold;
}

/**
 * Where waiting is fair, who stood in line before another asked is served before it.
 *
 * Standing in line is the `wait` event. Somebody that gave up was passed by those served until then.
 * Whose wait touches a fault or a pause may have lost its place and is passed over; n log n.
 */
export function checkFifo(
  history: readonly HistoryEvent[],
  { fair = false, settleMs }: CheckOptions,
): readonly Violation[] {
  if (!fair) return [];
  const conditions = conditionsOf(history, settleMs);
  return [...byName(holdsOf(history)).values()].flatMap((holds) =>
    inversions<number, Place>(holds.flatMap((hold) => placeOf(hold, conditions)))
      .filter(([, { hold }]) => hold.believed.length > 0)
      .map(([earlier, later]) => violation(earlier.hold, later.hold)),
  );
}

/** From the question to the place in line, ranked by when it was served or left. */
function placeOf(hold: Hold, { faults, crashNs, endNs }: Conditions): readonly Place[] {
  const { asked, answered } = hold;
  if (asked === undefined || answered?.phase === "unknown") return [];
  const rank = answered?.atNs ?? crashNs.get(hold.process) ?? endNs;
  const isDisturbed = faults.some((fault) => fault.startNs <= rank && asked.atNs <= fault.endNs);
  const isDead = hold.granted !== undefined && hold.believed.length === 0;
  const inLine = hold.events.find(({ operation }) => operation === "wait");
  const neverNs = Number.POSITIVE_INFINITY;
  const inLineNs = isDisturbed || isDead ? neverNs : (inLine?.atNs ?? neverNs);
  return [{ startNs: asked.atNs, endNs: inLineNs, rank, hold }];
}

function violation(earlier: Hold, later: Hold): Violation {
  const proof = [...earlier.events, ...later.events].filter(
    ({ operation }) => operation === "acquire" || operation === "wait",
  );
  return {
    checker: "fifo",
    name: later.name,
    message: `${later.hold} was served before ${earlier.hold}, which stood in line before it asked`,
    events: proof.sort((one, other) => one.atNs - other.atNs),
  };
}
