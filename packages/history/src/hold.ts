import type { HistoryEvent } from "./history-event.ts";

/** From `startNs` until just before `endNs`. */
export interface Interval {
  readonly startNs: number;
  readonly endNs: number;
}

/** A stretch of time in which a holder definitely relied on its lock, and what proves it. */
export interface Belief extends Interval {
  /** The grant or renewal that it starts with. */
  readonly from: HistoryEvent;
}

/** Everything that a history says about one acquisition. */
export interface Hold {
  readonly hold: string;
  readonly name: string;
  /** In the order of the history. */
  readonly events: readonly HistoryEvent[];
  readonly asked: HistoryEvent | undefined;
  /** The end of its acquire, whatever it was. */
  readonly answered: HistoryEvent | undefined;
  /** The end of its acquire, when that was a grant. */
  readonly granted: HistoryEvent | undefined;
  readonly token: bigint | undefined;
  /** What reliability calls D: disjoint, in order, none empty. */
  readonly believed: readonly Belief[];
}

/** The holds of a history, in the order of their first events. */
export function holdsOf(history: readonly HistoryEvent[]): readonly Hold[] {
  const groups = new Map<string, HistoryEvent[]>();
  const crashNs = new Map<string, number>();
  for (const event of history) {
    if (event.operation === "crash" && !crashNs.has(event.process)) {
      crashNs.set(event.process, event.atNs);
    }
    if (!HOLD_OPERATIONS.has(event.operation)) continue;
    const group = groups.get(event.hold);
    if (group === undefined) groups.set(event.hold, [event]);
    else group.push(event);
  }
  return [...groups.values()].map((events) => holdOf(events, crashNs));
}

const HOLD_OPERATIONS: ReadonlySet<string> = new Set([
  "acquire",
  "wait",
  "renew",
  "release",
  "lost",
]);

function holdOf(events: readonly HistoryEvent[], crashNs: ReadonlyMap<string, number>): Hold {
  const acquires = events.filter(({ operation }) => operation === "acquire");
  const answered = acquires.find(({ phase }) => phase !== "invoke");
  const granted = answered?.phase === "ok" ? answered : undefined;
  return {
    hold: events[0]?.hold ?? "",
    name: events[0]?.name ?? "",
    events,
    asked: acquires.find(({ phase }) => phase === "invoke"),
    answered,
    granted,
    token: granted?.token === undefined ? undefined : BigInt(granted.token),
    believed: beliefsOf(events, crashNs),
  };
}

/**
 * A grant or renewal starts a belief that lasts until its validity is over, the release is asked for,
 * the loss is told or the process dies. After a told loss or a release there is no further belief.
 */
function beliefsOf(
  events: readonly HistoryEvent[],
  crashNs: ReadonlyMap<string, number>,
): readonly Belief[] {
  const finalNs = events.find(isFinal)?.atNs ?? Number.POSITIVE_INFINITY;
  const beliefs: Belief[] = [];
  for (const event of events) {
    if (!isProof(event)) continue;
    const diesNs = crashNs.get(event.process) ?? Number.POSITIVE_INFINITY;
    const validNs = event.validUntilNs ?? Number.POSITIVE_INFINITY;
    const belief = {
      startNs: event.atNs,
      endNs: Math.min(validNs, finalNs, diesNs),
      from: event,
    };
    const last = beliefs.at(-1);
    if (belief.startNs >= belief.endNs) continue;
    if (last === undefined || last.endNs < belief.startNs) beliefs.push(belief);
    else beliefs[beliefs.length - 1] = { ...last, endNs: belief.endNs };
  }
  return beliefs;
}

function isProof({ operation, phase }: HistoryEvent): boolean {
  return phase === "ok" && (operation === "acquire" || operation === "renew");
}

function isFinal({ operation, phase }: HistoryEvent): boolean {
  return operation === "lost" || (operation === "release" && phase === "invoke");
}
