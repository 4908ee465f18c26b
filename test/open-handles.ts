import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll } from "vitest";

/** A closed socket needs some turns of the loop to go, and the loop may wait for a busy core. */
const SETTLE_MS_MAX = 10_000;
const LOOK_EVERY_MS = 20;
/** What Node and the test runner open and close as they please; timers are counted apart. */
const IGNORED = new Set([
  "FSReqCallback",
  "FSReqPromise",
  "GetAddrInfoReqWrap",
  "Immediate",
  "Timeout",
]);

/** The runner keeps its own functions, so only what the tests set is recorded. */
const timers = new Set<NodeJS.Timeout>();
globalThis.setTimeout = recording(globalThis.setTimeout);
globalThis.setInterval = recording(globalThis.setInterval);

let openedBefore: ReadonlyMap<string, number>;

beforeAll(() => {
  openedBefore = openHandles();
});

/**
 * A test file that ends with a socket, a child process, a pipe or a timer that keeps the process
 * alive, and did not begin with it, fails. Set-up files register first and hooks run last to
 * first, so this comes after every clean-up of the file.
 */
afterAll(async () => {
  let left = handlesLeft();
  for (let waitedMs = 0; left.length > 0 && waitedMs < SETTLE_MS_MAX; waitedMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    left = handlesLeft();
  }
  const timerCount = clearTimers();
  if (timerCount > 0) left.push(`${timerCount} Timeout`);
  if (left.length > 0) throw new Error(`left open at the end of the file: ${left.join(", ")}`);
});

function recording<Set extends typeof setTimeout | typeof setInterval>(original: Set): Set {
  const recorder = (...call: Parameters<Set>) => {
    const timer = Reflect.apply(original, globalThis, call);
    timers.add(timer);
    return timer;
  };
  return Object.defineProperties(recorder, Object.getOwnPropertyDescriptors(original)) as Set;
}

/** How many recorded timers still kept the process alive: clearing any other changes no count. */
function clearTimers(): number {
  const countTimers = () =>
    process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
  const before = countTimers();
  for (const timer of timers) clearTimeout(timer);
  return before - countTimers();
}

function handlesLeft(): string[] {
  return [...openHandles()]
    .map(([type, count]) => ({ type, extra: count - (openedBefore.get(type) ?? 0) }))
    .filter(({ extra }) => extra > 0)
    .map(({ type, extra }) => `${extra} ${type}`);
}

function openHandles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (!IGNORED.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
