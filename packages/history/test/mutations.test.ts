import fc from "fast-check";
import { expect, test } from "vitest";
import { checkAll } from "../src/check-all.ts";
import type { HistoryEvent } from "../src/history-event.ts";
import { type Hold, holdsOf } from "../src/hold.ts";
import { inOrder } from "../src/read-history.ts";
import type { CheckerName } from "../src/violation.ts";
import { boundsOf, runScenario } from "./world/run-scenario.ts";
import type { Scenario } from "./world/scenario.ts";

const RUNS = 40;
const SCENARIO: Scenario = { members: 1, clients: 3, names: 1, rounds: 8, ttlMs: 300, faults: [] };
const LONELY: Scenario = { ...SCENARIO, clients: 1 };

type Granted = Hold & { readonly asked: HistoryEvent; readonly granted: HistoryEvent };

/** One change that makes a valid history say something that no correct lock does. */
interface Mutation {
  readonly noticedBy: CheckerName;
  readonly what: string;
  readonly scenario?: Scenario;
  /** The changed history; undefined where this one has nothing to change. `chance` chooses. */
  readonly change: (mutable: Mutable, chance: number) => readonly HistoryEvent[] | undefined;
}

/** A valid history and what can be found in it. */
class Mutable {
  readonly history: readonly HistoryEvent[];
  /** Holds that were granted, in the order of their grants. */
  readonly granted: readonly Granted[];

  constructor(history: readonly HistoryEvent[]) {
    this.history = history;
    const isGranted = (hold: Hold): hold is Granted => hold.granted !== undefined;
    this.granted = holdsOf(history).filter(isGranted);
    this.granted = this.granted.toSorted((one, other) => one.granted.atNs - other.granted.atNs);
  }

  /** Two holds of which the second was granted next after the first. */
  pair(chance: number, fits: (one: Granted, other: Granted) => boolean): readonly Granted[] {
    const pairs = this.granted
      .slice(1)
      .map((other, index) => [this.granted[index] as Granted, other] as const)
      .filter(([one, other]) => fits(one, other));
    return pairs[chance % Math.max(1, pairs.length)] ?? [];
  }

  event(chance: number, what: string): HistoryEvent | undefined {
    const found = this.history.filter(({ operation, phase }) => `${operation} ${phase}` === what);
    return found[chance % Math.max(1, found.length)];
  }

  /** With other events in place of some. */
  replace(changes: ReadonlyMap<HistoryEvent, readonly HistoryEvent[]>): readonly HistoryEvent[] {
    return inOrder(this.history.flatMap((event) => changes.get(event) ?? [event]));
  }
}

const mutations: readonly Mutation[] = [
  {
    noticedBy: "exclusion",
    what: "a grant is told while another holder relies on the lock",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, ({ believed }) => believed.length > 0);
      const belief = one?.believed[0];
      if (belief === undefined || other === undefined) return undefined;
      const atNs = Math.floor((belief.startNs + belief.endNs) / 2);
      const asked = { ...other.asked, atNs: Math.min(atNs, other.asked.atNs) };
      const granted = { ...other.granted, atNs };
      return mutable.replace(
        new Map([
          [other.asked, [asked]],
          [other.granted, [granted]],
        ]),
      );
    },
  },
  {
    noticedBy: "fencing-order",
    what: "a holder has the token of the one before",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, () => true);
      const token = one?.granted.token;
      if (other === undefined || token === undefined) return undefined;
      return mutable.replace(new Map([[other.granted, [{ ...other.granted, token }]]]));
    },
  },
  {
    noticedBy: "fencing-order",
    what: "a holder has a smaller token than one who had the lock when it asked",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, (it, { asked }) => it.granted.atNs < asked.atNs);
      if (other === undefined || one?.granted.token === undefined) return undefined;
      const token = `${BigInt(one.granted.token) - 1n}`;
      return mutable.replace(new Map([[other.granted, [{ ...other.granted, token }]]]));
    },
  },
  {
    noticedBy: "linearizability",
    what: "two who waited at the same time have each other's token",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, (it, { asked }) => asked.atNs < it.granted.atNs);
      if (one?.granted.token === undefined || other?.granted.token === undefined) return undefined;
      const [smaller, larger] = [one.granted.token, other.granted.token];
      return mutable.replace(
        new Map([
          [one.granted, [{ ...one.granted, token: larger }]],
          [other.granted, [{ ...other.granted, token: smaller }]],
        ]),
      );
    },
  },
  {
    noticedBy: "fenced-resource",
    what: "an accepted addition is not counted",
    change(mutable, chance) {
      const read = mutable.event(chance, "read ok");
      if (read?.value === undefined) return undefined;
      return mutable.replace(new Map([[read, [{ ...read, value: read.value - 1 }]]]));
    },
  },
  {
    noticedBy: "fenced-resource",
    what: "an addition is counted twice",
    change(mutable, chance) {
      const read = mutable.event(chance, "read ok");
      if (read?.value === undefined) return undefined;
      return mutable.replace(new Map([[read, [{ ...read, value: read.value + 1 }]]]));
    },
  },
  {
    noticedBy: "fenced-resource",
    what: "a write with an older token is accepted after one with a newer",
    change(mutable, chance) {
      const write = mutable.event(chance, "write ok");
      const last = mutable.history.at(-1);
      if (write === undefined || last === undefined) return undefined;
      const late = (phase: "invoke" | "ok", afterNs: number): HistoryEvent => {
        const event = { ...write, phase, atNs: last.atNs + afterNs };
        return phase === "invoke" ? { ...event, token: "1" } : event;
      };
      return [...mutable.history, late("invoke", 1), late("ok", 2)];
    },
  },
  {
    noticedBy: "ownership",
    what: "a renewal succeeds after another has had the lock",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, (_, { believed }) => believed.length > 0);
      if (one === undefined || other === undefined) return undefined;
      const { atNs } = other.granted;
      const renew = { ...one.granted, operation: "renew" } as const;
      return inOrder([
        ...mutable.history,
        { ...renew, phase: "invoke", atNs: atNs + 1 },
        { ...renew, atNs: atNs + 2 },
      ]);
    },
  },
  {
    noticedBy: "lost-wake-up",
    what: "nobody is granted the lock any more after a release",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, waitsForRelease);
      const released = one?.events.find(isReleased);
      if (released === undefined || other === undefined) return undefined;
      const before = mutable.history.filter(({ atNs }) => atNs <= released.atNs);
      const read = { ...released, hold: "x", operation: "read" } as const;
      return [...before, { ...read, atNs: released.atNs + 5e9 }];
    },
  },
  {
    noticedBy: "hand-off",
    what: "who waited is granted the lock a second late",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, waitsForRelease);
      const released = one?.events.find(isReleased);
      if (released === undefined || other === undefined) return undefined;
      return mutable.history.map((event) =>
        event.atNs > released.atNs ? { ...event, atNs: event.atNs + 1e9 } : event,
      );
    },
  },
  {
    noticedBy: "fifo",
    what: "who asked later is granted the lock before one who stood in line",
    change(mutable, chance) {
      const [one, other] = mutable.pair(chance, (it, { asked }) => {
        const inLine = it.events.find(({ operation }) => operation === "wait");
        if (inLine === undefined || it.believed.length === 0) return false;
        return inLine.atNs < asked.atNs && asked.atNs < it.granted.atNs;
      });
      if (one === undefined || other === undefined) return undefined;
      const granted = { ...other.granted, atNs: one.granted.atNs - 1 };
      return mutable.replace(new Map([[other.granted, [granted]]]));
    },
  },
  {
    noticedBy: "loss-told",
    what: "a holder is never released and never told of its loss",
    change(mutable, chance) {
      const { granted } = mutable;
      const hold = granted[chance % Math.max(1, granted.length)];
      if (hold === undefined) return undefined;
      const isEnd = ({ operation }: HistoryEvent): boolean =>
        operation === "release" || operation === "lost";
      return mutable.replace(new Map(hold.events.filter(isEnd).map((event) => [event, []])));
    },
  },
  {
    noticedBy: "availability",
    what: "the only client is refused",
    scenario: LONELY,
    change(mutable) {
      const hold = holdsOf(mutable.history).at(-1);
      if (hold?.asked === undefined || hold.granted === undefined) return undefined;
      const changes = new Map<HistoryEvent, readonly HistoryEvent[]>();
      for (const event of hold.events) changes.set(event, []);
      const asked = { ...hold.asked, atNs: hold.asked.atNs + 25e6 };
      const answered = { ...hold.granted, phase: "fail", atNs: asked.atNs + 1 } as const;
      return mutable.replace(changes.set(hold.asked, [asked]).set(hold.granted, [answered]));
    },
  },
  {
    noticedBy: "termination",
    what: "an answer is missing",
    change(mutable, chance) {
      const answer = mutable.event(chance, "release ok");
      return answer === undefined ? undefined : mutable.replace(new Map([[answer, []]]));
    },
  },
];

function isReleased({ operation, phase }: HistoryEvent): boolean {
  return operation === "release" && phase === "ok";
}

function waitsForRelease(one: Granted, other: Granted): boolean {
  const released = one.events.find(isReleased);
  return (
    released !== undefined && other.asked.atNs < released.atNs && released.atNs < other.granted.atNs
  );
}

test.each(mutations)("$noticedBy notices when $what", async (mutation) => {
  const { scenario = SCENARIO, noticedBy, change } = mutation;
  let changedCount = 0;
  const property = fc.asyncProperty(fc.nat(), fc.nat(), async (seed, chance) => {
    const changed = change(new Mutable(await runScenario(seed, scenario)), chance);
    if (changed === undefined) return;
    changedCount += 1;
    const found = checkAll(changed, boundsOf(scenario)).map(({ checker }) => checker);
    expect(found).toContain(noticedBy);
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(changedCount).toBeGreaterThan(RUNS / 2);
});
