import type { HistoryEvent } from "./history-event.ts";

/** A call and its answer. */
export interface Call {
  readonly invoke: HistoryEvent;
  readonly end: HistoryEvent | undefined;
}

/** Calls paired with their answers, and the answers that nobody asked for. */
export interface Paired {
  readonly calls: readonly Call[];
  readonly orphans: readonly HistoryEvent[];
}

const CALLS: ReadonlySet<string> = new Set(["acquire", "renew", "release", "write", "read"]);

/** An answer belongs to the oldest open call of the same operation of the same hold. */
export function pairCalls(events: readonly HistoryEvent[]): Paired {
  const paired: { invoke: HistoryEvent; end: HistoryEvent | undefined }[] = [];
  const open = new Map<string, (typeof paired)[number][]>();
  const orphans: HistoryEvent[] = [];
  for (const event of events) {
    if (!CALLS.has(event.operation)) continue;
    const key = `${event.operation} ${event.hold}`;
    const waiting = open.get(key);
    if (event.phase === "invoke") {
      const call = { invoke: event, end: undefined };
      paired.push(call);
      if (waiting === undefined) open.set(key, [call]);
      else waiting.push(call);
      continue;
    }
    const call = waiting?.shift();
    if (call === undefined) orphans.push(event);
    else call.end = event;
  }
  return { calls: paired, orphans };
}
