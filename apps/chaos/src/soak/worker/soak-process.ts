import { setTimeout as sleep } from "node:timers/promises";
import type { MemorySample } from "../memory-sample.ts";
import type { SoakAccount, SoakTask } from "../message.ts";
import { Callers } from "./callers.ts";
import { measureMemory } from "./measure-memory.ts";
import type { OpenLocks, SoakClient } from "./open-locks.ts";
import { type Inventory, listenerCount, moreThan, takeInventory } from "./process-inventory.ts";
import { Tally } from "./tally.ts";

/** Two clients of one process meet in the queue of the server; callers of one hand on to each other. */
const CLIENT_COUNT = 2;
/**
 * Of all cycles: code is compiled, and tables grow to their size. On PostgreSQL that takes a minute, for which
 * what gave up waiting is remembered.
 */
const WARM_UP_SHARE = 0.25;
const TOLD_EVERY_MS = 200;
/** A look goes through the whole heap. */
const LOOK_EVERY_MS = 100;
/** On a machine without time for it, a process has few turns of its loop in many seconds. */
const LOOK_COUNT_MIN = 20;

/** How a soak is watched, and ended early. */
export interface SoakWatch {
  readonly stop: AbortSignal;
  onProgress(cycles: number): void;
}

/** Does the cycles of a task, closes everything, and tells what was measured and what is left. */
export async function soakProcess(
  task: SoakTask,
  open: OpenLocks,
  { stop, onProgress }: SoakWatch,
): Promise<SoakAccount> {
  const before = takeInventory();
  const clients = await Promise.all(Array.from({ length: CLIENT_COUNT }, () => open(task)));
  const locks = clients.map((client) => client.locks);
  const tally = new Tally();
  const callers = new Callers(locks, { tally, callerCount: task.callerCount, stop });
  const telling = setInterval(() => onProgress(tally.cycles), TOLD_EVERY_MS);
  const course = await runCourse(task, { callers, tally, stop });
  clearInterval(telling);
  await Promise.all(locks.map((each) => each.close()));
  const leftovers = [
    ...told("listeners on the callers' signal", callers.listenerCount),
    ...told("listeners on the user's drivers", addedListeners(clients)),
  ];
  await Promise.all(clients.map((client) => client.disconnect()));
  tally[Symbol.dispose]();
  leftovers.push(...(await stillMoreThan(before, task.settleMsMax)));
  return { ...tally.counts, ...course, leftovers };
}

interface Course {
  readonly callers: Callers;
  readonly tally: Tally;
  readonly stop: AbortSignal;
}

/** The cycles, with a measurement after the warm-up and after each equal part of the rest. */
async function runCourse(
  { cycleCount, sampleCount }: SoakTask,
  { callers, tally, stop }: Course,
): Promise<Pick<SoakAccount, "samples" | "seconds">> {
  const samples: MemorySample[] = [];
  const enough = new AbortController();
  const keeping = callers.keep(enough.signal);
  const warmUp = Math.floor(cycleCount * WARM_UP_SHARE);
  let spentMs = 0;
  for (let index = 0; index < sampleCount && !stop.aborted; index += 1) {
    const startedAtMs = performance.now();
    await callers.runUntil(warmUp + ((cycleCount - warmUp) * index) / (sampleCount - 1));
    spentMs += performance.now() - startedAtMs;
    samples.push(await measureMemory(tally.cycles));
  }
  enough.abort();
  await keeping;
  return { samples, seconds: spentMs / 1_000 };
}

/** What providers added to drivers that are not theirs. */
function addedListeners(clients: readonly SoakClient[]): number {
  return clients
    .map(({ drivers, listenersBefore }) => listenerCount(...drivers) - listenersBefore)
    .reduce((sum, count) => sum + count, 0);
}

function told(what: string, count: number): readonly string[] {
  return count === 0 ? [] : [`process: ${count} ${what}`];
}

/** What is there in larger numbers than before, once it had its time to go. */
async function stillMoreThan(before: Inventory, settleMsMax: number): Promise<readonly string[]> {
  const startedAtMs = performance.now();
  for (let looks = 1; ; looks += 1) {
    const found = moreThan(before, takeInventory());
    const isLate = performance.now() - startedAtMs > settleMsMax && looks >= LOOK_COUNT_MIN;
    if (found.length === 0 || isLate) return found;
    await sleep(LOOK_EVERY_MS);
  }
}
