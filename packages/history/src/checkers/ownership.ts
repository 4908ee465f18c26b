import { byName } from "../by-name.ts";
import type { Call } from "../call.ts";
import { countWhile } from "../count-while.ts";
import type { HistoryEvent, Operation } from "../history-event.ts";
import { type Belief, type Hold, holdsOf } from "../hold.ts";
import type { Violation } from "../violation.ts";

/**
 * Only the holder renews or releases. An `ok` is wrong
 *
 * - when the acquire of the hold had failed,
 * - when another holder has relied on the lock since this one was granted: then this one had ended,
 *   and a renewal that succeeds re-created the lock or took it over,
 * - when it began after a release that had succeeded,
 * - for a renewal that began after its holder was told of the loss.
 */
export function checkOwnership(history: readonly HistoryEvent[]): readonly Violation[] {
  return [...byName(holdsOf(history)).values()].flatMap((holds) => {
    const starts = holds.flatMap(({ believed }) => believed.slice(0, 1));
    starts.sort((one, other) => one.startNs - other.startNs);
    return holds.flatMap((hold) => offences(hold, starts));
  });
}

function offences(hold: Hold, starts: readonly Belief[]): readonly Violation[] {
  const succeeded = hold.calls.filter(
    ({ invoke: { operation }, end }) =>
      end?.phase === "ok" && (operation === "renew" || operation === "release"),
  );
  const ends: Ends = { released: firstOk(hold, "release"), lost: firstOk(hold, "lost") };
  return succeeded.flatMap((call) => {
    const offence = offenceOf(hold, call, ends) ?? usurpation(hold, call, starts);
    return offence === undefined ? [] : [violation(hold, call, offence)];
  });
}

/** What was wrong, and who proves it. */
interface Offence {
  readonly although: string;
  readonly proof: readonly HistoryEvent[];
}

/** What ends a hold for good. */
interface Ends {
  readonly released: HistoryEvent | undefined;
  readonly lost: HistoryEvent | undefined;
}

function firstOk({ events }: Hold, what: Operation): HistoryEvent | undefined {
  return events.find(({ operation, phase }) => operation === what && phase === "ok");
}

function offenceOf(hold: Hold, { invoke }: Call, { released, lost }: Ends): Offence | undefined {
  if (hold.answered?.phase === "fail") {
    return { although: "its acquire had failed", proof: [] };
  }
  if (released !== undefined && released.atNs < invoke.atNs) {
    return { although: "it was released", proof: [released] };
  }
  if (invoke.operation !== "renew" || lost === undefined || lost.atNs >= invoke.atNs) {
    return undefined;
  }
  return { although: "its loss was told", proof: [lost] };
}

/** Another holder that began to rely on the lock after this one was granted and before the call. */
function usurpation(hold: Hold, { invoke }: Call, starts: readonly Belief[]): Offence | undefined {
  if (hold.granted === undefined) return undefined;
  let index = countWhile(starts, ({ startNs }) => startNs < invoke.atNs) - 1;
  if (starts[index]?.hold === hold) index -= 1;
  const successor = starts[index];
  if (successor === undefined || successor.startNs <= hold.granted.atNs) return undefined;
  const although = `${successor.hold.hold} had the lock since`;
  return { although, proof: [successor.from] };
}

function violation(hold: Hold, { invoke, end }: Call, { although, proof }: Offence): Violation {
  const acquire = hold.events.filter(({ operation }) => operation === "acquire");
  const events = [...acquire, ...proof, invoke, ...(end === undefined ? [] : [end])];
  return {
    checker: "ownership",
    name: hold.name,
    message: `a ${invoke.operation} of ${hold.hold} succeeded although ${although}`,
    events: events.sort((one, other) => one.atNs - other.atNs),
  };
}
