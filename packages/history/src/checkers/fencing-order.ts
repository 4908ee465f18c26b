import { byName } from "../by-name.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Hold, holdsOf } from "../hold.ts";
import { inversions, type Ranked } from "../precedence.ts";
import type { Violation } from "../violation.ts";

interface Fenced extends Ranked<bigint> {
  readonly hold: Hold;
  readonly events: readonly HistoryEvent[];
}

/**
 * A holder that asked after another had been granted has the larger token, and no two holders of a
 * lock have the same. Holds without a token are passed over; n log n.
 */
export function checkFencingOrder(history: readonly HistoryEvent[]): readonly Violation[] {
  return [...byName(holdsOf(history)).values()].flatMap((holds) => {
    const fenced = holds.flatMap(fencedOf);
    const repeated = repetitions(fenced).map(([one, other]) =>
      violation(one, other, `both have the token ${one.rank}`),
    );
    const inverted = inversions<bigint, Fenced>(fenced).map(([earlier, later]) =>
      violation(earlier, later, `the earlier has token ${earlier.rank}, the later ${later.rank}`),
    );
    return [...repeated, ...inverted];
  });
}

function fencedOf(hold: Hold): readonly Fenced[] {
  const { asked, granted, token } = hold;
  if (asked === undefined || granted === undefined || token === undefined) return [];
  const [startNs, endNs] = [asked.atNs, granted.atNs];
  return [{ hold, startNs, endNs, rank: token, events: [asked, granted] }];
}

function repetitions(fenced: readonly Fenced[]): readonly (readonly [Fenced, Fenced])[] {
  const owners = new Map<bigint, Fenced>();
  return fenced.flatMap((hold) => {
    const owner = owners.get(hold.rank);
    if (owner === undefined) owners.set(hold.rank, hold);
    return owner === undefined ? [] : [[owner, hold] as const];
  });
}

function violation(one: Fenced, other: Fenced, what: string): Violation {
  return {
    checker: "fencing-order",
    name: other.hold.name,
    message: `${one.hold.hold} and ${other.hold.hold}: ${what}`,
    events: [...one.events, ...other.events].sort((left, right) => left.atNs - right.atNs),
  };
}
