import type { HistoryEvent } from "../history-event.ts";
import { type Belief, holdsOf } from "../hold.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import type { Violation } from "../violation.ts";

/**
 * At no instant do two holders rely on the same lock.
 *
 * A holder relies on it from the moment it is told of the grant until its validity is over, it asks for
 * the release, it is told of the loss or dies. What lies outside is not counted, so a correct lock is
 * never blamed. One violation for each hold that begins while another's is not over; n log n.
 */
export function checkExclusion(history: readonly HistoryEvent[]): readonly Violation[] {
  const beliefs = holdsOf(history).flatMap(({ believed }) => believed);
  beliefs.sort((one, other) => one.startNs - other.startNs);
  const longest = new Map<string, Belief>();
  const violations: Violation[] = [];
  for (const belief of beliefs) {
    const { name } = belief.hold;
    const other = longest.get(name);
    if (other !== undefined && belief.startNs < other.endNs) {
      violations.push(overlap(other, belief));
    }
    if (other === undefined || belief.endNs > other.endNs) longest.set(name, belief);
  }
  return violations;
}

function overlap(one: Belief, other: Belief): Violation {
  const lastsNs = Math.min(one.endNs, other.endNs) - other.startNs;
  const lasts = Number.isFinite(lastsNs) ? `for ${inMilliseconds(lastsNs)}` : "without an end";
  return {
    checker: "exclusion",
    name: other.hold.name,
    message: `${one.hold.hold} and ${other.hold.hold} both rely on the lock ${lasts}`,
    events: [one.from, other.from],
  };
}
