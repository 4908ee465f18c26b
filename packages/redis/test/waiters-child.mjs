import { createLocks } from "@holdfast/core";
import { redis } from "@holdfast/redis";

/** One process in which very many wait for one lock. It does as its parent asks, once each. */
const { WAITERS_URL: url, WAITERS_DRIVER: driver, WAITERS_NAME: name } = process.env;
const locks = createLocks({ provider: redis({ url, driver, commandTimeoutMs: 10_000 }) });
const waits = [];
const ends = new Map();

function heapBytes() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function ended(code) {
  ends.set(code, (ends.get(code) ?? 0) + 1);
}

const commands = {
  /** As many waiters more, each with that `waitMs`, and what they cost. */
  async wait({ count, waitMs }) {
    const beforeBytes = heapBytes();
    const options = waitMs === undefined ? undefined : { waitMs };
    for (let index = 0; index < count; index += 1) waits.push(locks.acquire(name, options));
    await new Promise((resolve) => setImmediate(resolve));
    return { bytes: heapBytes() - beforeBytes };
  },
  /** What one more is told. */
  async oneMore() {
    return await locks.acquire(name).catch(({ code, message }) => ({ code, message }));
  },
  /** Closes; how everybody's wait ended, and what is left of what they cost. */
  async close({ beforeBytes }) {
    const all = waits.splice(0).map((wait) => wait.then(ended, ({ code }) => ended(code)));
    await locks.close();
    await Promise.all(all);
    all.length = 0;
    return { ends: Object.fromEntries(ends), leftBytes: heapBytes() - beforeBytes };
  },
  async heap() {
    return { bytes: heapBytes() };
  },
};

process.on("message", async ({ command, ...options }) => {
  process.send?.(await commands[command](options));
});
process.once("disconnect", () => process.exit(0));
process.send?.({ isReady: true });
