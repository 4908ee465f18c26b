import { byName } from "../by-name.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Hold, holdsOf } from "../hold.ts";
import type { Violation } from "../violation.ts";

type Fenced = Hold & { readonly token: bigint; readonly granted: HistoryEvent };

/**
 * A holder that asked after another had been granted has the larger token, and no two holders of a
 * lock have the same. Holds without a token are passed over; n log n.
 */
export function checkFencingOrder(history: readonly HistoryEvent[]): readonly Violation[] {
  const fenced = holdsOf(history).filter(isFenced);
  return [...byName(fenced).values()].flatMap((holds) => [
    ...repetitions(holds),
    ...inversions(holds),
  ]);
}

function isFenced(hold: Hold): hold is Fenced {
  return hold.token !== undefined && hold.granted !== undefined;
}

function repetitions(holds: readonly Fenced[]): Violation[] {
  const owners = new Map<bigint, Fenced>();
  const violations: Violation[] = [];
  for (const hold of holds) {
    const owner = owners.get(hold.token);
    if (owner === undefined) owners.set(hold.token, hold);
    else violations.push(violation(owner, hold, `both have the token ${hold.token}`));
  }
  return violations;
}

/** Walks the questions in order of time beside the grants, with the largest token granted so far. */
function inversions(holds: readonly Fenced[]): Violation[] {
  const grants = [...holds].sort((one, other) => one.granted.atNs - other.granted.atNs);
  const questions = holds.filter(({ asked }) => asked !== undefined);
  questions.sort((one, other) => askedNs(one) - askedNs(other));
  const violations: Violation[] = [];
  let next = 0;
  let largest: Fenced | undefined;
  for (const hold of questions) {
    for (; next < grants.length; next += 1) {
      const grant = grants[next] as Fenced;
      if (grant.granted.atNs >= askedNs(hold)) break;
      if (largest === undefined || grant.token > largest.token) largest = grant;
    }
    if (largest !== undefined && largest.token > hold.token) {
      const what = `the earlier has token ${largest.token}, the later ${hold.token}`;
      violations.push(violation(largest, hold, what));
    }
  }
  return violations;
}

function askedNs({ asked }: Fenced): number {
  return asked?.atNs ?? Number.POSITIVE_INFINITY;
}

function violation(earlier: Fenced, later: Fenced, what: string): Violation {
  const asked = later.asked === undefined ? [] : [later.asked];
  return {
    checker: "fencing-order",
    name: later.name,
    message: `${earlier.hold} and ${later.hold}: ${what}`,
    events: [earlier.granted, ...asked, later.granted].sort((one, other) => one.atNs - other.atNs),
  };
}
