import type { HistoryEvent } from "./history-event.ts";
import { type Interval, merged } from "./interval.ts";

/** What went on around the locks while a history was recorded. */
export interface Conditions {
  /** When each process began to die. */
  readonly crashNs: ReadonlyMap<string, number>;
  /** When each process stood still. */
  readonly pauses: ReadonlyMap<string, readonly Interval[]>;
  /** When anything was broken on purpose or stood still. */
  readonly faults: readonly Interval[];
  /** The time of the last event. */
  readonly endNs: number;
}

/** `settleMs` is how long after the end of a fault or pause things may still be in disorder. */
export function conditionsOf(history: readonly HistoryEvent[], settleMs = 0): Conditions {
  const crashNs = new Map<string, number>();
  const stops = new Map<string, Interval[]>();
  const faults: Interval[] = [];
  const open = new Map<string, HistoryEvent>();
  let endNs = 0;
  for (const event of history) {
    endNs = Math.max(endNs, event.atNs);
    switch (event.operation) {
      case "crash":
        if (!crashNs.has(event.process)) crashNs.set(event.process, event.atNs);
        break;
      case "pause":
      case "fault":
        // Stopping twice is stopping once: the first to resume it ends both.
        if (!open.has(bandKey(event))) open.set(bandKey(event), event);
        break;
      case "resume":
      case "heal":
        close(event);
        break;
      default:
    }
  }
  for (const begin of open.values()) keep(begin, Number.POSITIVE_INFINITY);
  const pauses = new Map([...stops].map(([process, stopped]) => [process, merged(stopped)]));
  return { crashNs, pauses, faults: merged(faults), endNs };

  function close(end: HistoryEvent): void {
    const begin = open.get(bandKey(end));
    open.delete(bandKey(end));
    if (begin !== undefined) keep(begin, end.atNs);
  }

  function keep(begin: HistoryEvent, untilNs: number): void {
    const band = { startNs: begin.atNs, endNs: untilNs };
    faults.push({ ...band, endNs: untilNs + settleMs * 1e6 });
    if (begin.operation !== "pause") return;
    const stopped = stops.get(begin.process);
    if (stopped === undefined) stops.set(begin.process, [band]);
    else stopped.push(band);
  }
}

function bandKey({ operation, process, hold }: HistoryEvent): string {
  return operation === "pause" || operation === "resume" ? `stop ${process}` : `fault ${hold}`;
}

/** When a process that acts within `boundNs` of being awake has acted on what is due at `fromNs`. */
export function actsBy(
  fromNs: number,
  boundNs: number,
  pauses: readonly Interval[] | undefined,
): number {
  let byNs = fromNs + boundNs;
  for (const pause of pauses ?? []) {
    if (pause.startNs <= byNs && fromNs < pause.endNs) byNs = pause.endNs + boundNs;
  }
  return byNs;
}
