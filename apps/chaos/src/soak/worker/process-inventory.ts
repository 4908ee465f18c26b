import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { queryObjects } from "node:v8";

/** What a process has that ought to go when a library is closed, by kind. */
export type Inventory = ReadonlyMap<string, number>;

/** How an object that is still in use shows itself. */
const LIVE_TIMER = /_destroyed: false/;
const OPEN_SOCKET = /\[Symbol\(kHandle\)\]: \[/;
/** What Node opens and closes as it pleases. */
const IGNORED: ReadonlySet<string> = new Set([
  "FSReqCallback",
  "FSReqPromise",
  "GetAddrInfoReqWrap",
  "Immediate",
]);

/**
 * Counts what keeps the process alive, every timer and socket in the heap, also those that let it
 * end, and the listeners on the process.
 */
export function takeInventory(): Inventory {
  const counts = new Map<string, number>();
  const count = (kind: string, by = 1): void => {
    counts.set(kind, (counts.get(kind) ?? 0) + by);
  };
  for (const type of process.getActiveResourcesInfo()) if (!IGNORED.has(type)) count(type);
  count("timer", inHeap(timerClass(), LIVE_TIMER));
  count("socket", inHeap(Socket, OPEN_SOCKET));
  count("listener on the process", listenerCount(process));
  return counts;
}

/** Sentences about what is there in larger numbers than before. */
export function moreThan(before: Inventory, after: Inventory): readonly string[] {
  return [...after]
    .map(([kind, count]) => ({ kind, extra: count - (before.get(kind) ?? 0) }))
    .filter(({ extra }) => extra > 0)
    .map(({ kind, extra }) => `process: ${extra} ${kind} more than before`);
}

/** Of all events. */
export function listenerCount(...emitters: readonly EventEmitter[]): number {
  return emitters
    .flatMap((emitter) => emitter.eventNames().map((event) => emitter.listenerCount(event)))
    .reduce((sum, count) => sum + count, 0);
}

/** How many objects of a class are reachable, whether or not they keep the process alive. */
function inHeap(made: new () => object, inUse: RegExp): number {
  const found = queryObjects(made, { format: "summary" });
  return found.filter((object) => inUse.test(object)).length;
}

/** Node does not export it. */
function timerClass(): new () => NodeJS.Timeout {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  return timer.constructor as new () => NodeJS.Timeout;
}
