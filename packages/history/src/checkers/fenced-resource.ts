import { byName } from "../by-name.ts";
import { type Call, pairCalls } from "../call.ts";
import { countWhile } from "../count-while.ts";
import type { HistoryEvent } from "../history-event.ts";
import { type Belief, holdsOf } from "../hold.ts";
import { inversions, type Ranked } from "../precedence.ts";
import type { Violation } from "../violation.ts";

interface Write extends Ranked<bigint> {
  readonly call: Call;
}

/**
 * What the lock guards, when it checks tokens:
 *
 * - No write with an older token is accepted after one with a newer token was.
 * - No write is refused while its holder relies on the lock: then a larger token was out already.
 * - A read counts at least the writes accepted before it began, and at most those begun before it
 *   ended and not refused: no acknowledged addition is lost, none is made twice.
 */
export function checkFencedResource(history: readonly HistoryEvent[]): readonly Violation[] {
  const accesses = history.filter(({ operation }) => operation === "write" || operation === "read");
  const believed = new Map(holdsOf(history).map(({ hold, believed }) => [hold, believed]));
  return [...byName(accesses).entries()].flatMap(([name, events]) => {
    const { calls } = pairCalls(events);
    const writes = calls.filter(({ invoke }) => invoke.operation === "write");
    const reads = calls.filter(({ invoke }) => invoke.operation === "read");
    return [
      ...staleWrites(writes),
      ...refusedHolders(writes, believed),
      ...miscounts(writes, reads),
    ].map(([message, ...proof]): Violation => {
      const inTime = proof.sort((one, other) => one.atNs - other.atNs);
      return { checker: "fenced-resource", name, message, events: inTime };
    });
  });
}

type Finding = readonly [message: string, ...proof: HistoryEvent[]];

function staleWrites(writes: readonly Call[]): readonly Finding[] {
  const accepted = writes.flatMap((call): readonly Write[] => {
    const { invoke, end } = call;
    if (end?.phase !== "ok" || invoke.token === undefined) return [];
    return [{ startNs: invoke.atNs, endNs: end.atNs, rank: BigInt(invoke.token), call }];
  });
  return inversions<bigint, Write>(accepted).map(([earlier, later]) => [
    `a write of ${later.call.invoke.hold} with token ${later.rank} was accepted after one with ${earlier.rank}`,
    earlier.call.invoke,
    later.call.invoke,
  ]);
}

function refusedHolders(
  writes: readonly Call[],
  believed: ReadonlyMap<string, readonly Belief[]>,
): readonly Finding[] {
  return writes.flatMap(({ invoke, end }): readonly Finding[] => {
    if (end?.phase !== "fail") return [];
    const belief = believed
      .get(invoke.hold)
      ?.find(({ startNs, endNs }) => startNs <= invoke.atNs && end.atNs < endNs);
    if (belief === undefined) return [];
    const message = `a write of ${invoke.hold} was refused while it relied on the lock`;
    return [[message, belief.from, ...largerBefore(writes, invoke, end), invoke, end]];
  });
}

/** The write with a larger token that may have made the resource refuse this one. */
function largerBefore(
  writes: readonly Call[],
  { token }: HistoryEvent,
  refused: HistoryEvent,
): readonly HistoryEvent[] {
  if (token === undefined) return [];
  const larger = writes.find(
    ({ invoke, end }) =>
      end?.phase === "ok" &&
      invoke.atNs < refused.atNs &&
      BigInt(invoke.token ?? 0) > BigInt(token),
  );
  return larger === undefined ? [] : [larger.invoke];
}

/** Counts in the order of time beside the reads, whose two bounds are taken at their two ends. */
function miscounts(writes: readonly Call[], reads: readonly Call[]): readonly Finding[] {
  const accepted = writes.flatMap(({ end }) => (end?.phase === "ok" ? [end.atNs] : []));
  const begun = writes.flatMap(({ invoke, end }) => (end?.phase === "fail" ? [] : [invoke.atNs]));
  accepted.sort((one, other) => one - other);
  begun.sort((one, other) => one - other);
  return reads.flatMap(({ invoke, end }): readonly Finding[] => {
    if (end?.phase !== "ok" || end.value === undefined) return [];
    const atLeast = countWhile(accepted, (atNs) => atNs < invoke.atNs);
    const atMost = countWhile(begun, (atNs) => atNs <= end.atNs);
    if (atLeast <= end.value && end.value <= atMost) return [];
    const bounds = `${atLeast} were accepted before it and ${atMost} asked for`;
    return [[`a read counted ${end.value} additions, when ${bounds}`, invoke, end]];
  });
}
