import { type Call, pairCalls } from "./call.ts";
import { conditionsOf } from "./conditions.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { Interval } from "./interval.ts";

/** A stretch of time in which a holder definitely relied on its lock. */
export interface Belief extends Interval {
  readonly hold: Hold;
  /** The grant or renewal that it starts with. */
  readonly from: HistoryEvent;
}

/** Everything that a history says about one acquisition. */
export interface Hold {
  readonly hold: string;
  readonly name: string;
  /** Who had it last: a hold can be carried to another process. */
  readonly process: string;
  /** In the order of the history. */
  readonly events: readonly HistoryEvent[];
  readonly calls: readonly Call[];
  readonly asked: HistoryEvent | undefined;
  /** The end of its acquire, whatever it was. */
  readonly answered: HistoryEvent | undefined;
  /** The end of its acquire, when that was a grant. */
  readonly granted: HistoryEvent | undefined;
  readonly token: bigint | undefined;
  /** When it asked for its release, was told of its loss or began to die. */
  readonly finalNs: number;
  /** Called D in the design: disjoint, in order, none empty. */
  readonly believed: readonly Belief[];
}

const HOLD_OPERATIONS: ReadonlySet<string> = new Set([
  "acquire",
  "wait",
  "renew",
  "release",
  "lost",
]);

/** What is known of a history that was as long as this. */
const known = new WeakMap<
  readonly HistoryEvent[],
  { readonly length: number; readonly holds: readonly Hold[] }
>();

/**
 * The holds of a history, in the order of their first events. Every checker asks for them, so they are
 * remembered: a history may grow between two calls, and change in no other way.
 */
export function holdsOf(history: readonly HistoryEvent[]): readonly Hold[] {
  const before = known.get(history);
  if (before?.length === history.length) return before.holds;
  const holds = newHoldsOf(history);
  known.set(history, { length: history.length, holds });
  return holds;
}

function newHoldsOf(history: readonly HistoryEvent[]): readonly Hold[] {
  const { crashNs } = conditionsOf(history);
  const groups = new Map<string, HistoryEvent[]>();
  for (const event of history) {
    if (!HOLD_OPERATIONS.has(event.operation)) continue;
    const group = groups.get(event.hold);
    if (group === undefined) groups.set(event.hold, [event]);
    else group.push(event);
  }
  return [...groups.values()].map((events) => holdOf(events, crashNs));
}

function holdOf(events: readonly HistoryEvent[], crashNs: ReadonlyMap<string, number>): Hold {
  const acquires = events.filter(({ operation }) => operation === "acquire");
  const answered = acquires.find(({ phase }) => phase !== "invoke");
  const granted = answered?.phase === "ok" ? answered : undefined;
  const process = events.at(-1)?.process ?? "";
  const believed: Belief[] = [];
  const hold: Hold = {
    hold: events[0]?.hold ?? "",
    name: events[0]?.name ?? "",
    process,
    events,
    calls: pairCalls(events).calls,
    asked: acquires.find(({ phase }) => phase === "invoke"),
    answered,
    granted,
    token: granted?.token === undefined ? undefined : BigInt(granted.token),
    finalNs: Math.min(
      events.find(isFinal)?.atNs ?? Number.POSITIVE_INFINITY,
      crashNs.get(process) ?? Number.POSITIVE_INFINITY,
    ),
    believed,
  };
  for (const event of events) if (isProof(event)) believe(believed, hold, event);
  return hold;
}

/**
 * A grant or renewal starts or prolongs a belief, which lasts until its validity is over, the release is
 * asked for, the loss is told or the process dies. After these last three there is none.
 */
function believe(believed: Belief[], hold: Hold, from: HistoryEvent): void {
  const validNs = from.validUntilNs ?? Number.POSITIVE_INFINITY;
  const belief = { startNs: from.atNs, endNs: Math.min(validNs, hold.finalNs), hold, from };
  const last = believed.at(-1);
  if (belief.startNs >= belief.endNs) return;
  if (last === undefined || last.endNs < belief.startNs) believed.push(belief);
  else believed[believed.length - 1] = { ...last, endNs: belief.endNs };
}

function isProof({ operation, phase }: HistoryEvent): boolean {
  return phase === "ok" && (operation === "acquire" || operation === "renew");
}

function isFinal({ operation, phase }: HistoryEvent): boolean {
  return operation === "lost" || (operation === "release" && phase === "invoke");
}
