import { createConnection } from "node:net";
import { obey } from "../dist/soak/worker/obey.js";
import { openLocks } from "../dist/soak/worker/open-locks.js";

/**
 * The process of a soak, with locks that leak in the way that HOLDFAST_TEST_LEAK says: a soak that did not
 * notice would prove nothing.
 */
const leak = process.env["HOLDFAST_TEST_LEAK"] ?? "";
const kept = [];

/** By its name, what is done to a client. */
const leaks = {
  heap: ({ locks }) =>
    withEachLease(locks, (lease) => kept.push({ lease, more: Array(50).fill(0) })),
  buffer: ({ locks }) => withEachLease(locks, () => kept.push(Buffer.alloc(1_024))),
  key: ({ drivers: [driver] }) => void driver.set("holdfast:{left}", "by nobody"),
  tombstone: ({ drivers: [driver] }) => void driver.set("holdfast:{left}:t:abc", "1"),
  "driver's listener": ({ drivers: [driver] }) => void driver.on("close", () => {}),
  "signal's listener": ({ locks }) => {
    const acquire = locks.acquire.bind(locks);
    locks.acquire = (name, options) => {
      if (kept.length === 0 && options?.signal !== undefined) {
        kept.push(name);
        options.signal.addEventListener("abort", () => {});
      }
      return acquire(name, options);
    };
  },
  timer: () => void setInterval(() => {}, 60_000).unref(),
  connection: (_client, [url]) => void createConnection(Number(new URL(url).port)).unref(),
};

function withEachLease(locks, doWith) {
  const acquire = locks.acquire.bind(locks);
  locks.acquire = async (name, options) => {
    const lease = await acquire(name, options);
    doWith(lease);
    return lease;
  };
}

obey(async (task) => {
  const client = await openLocks(task);
  leaks[leak](client, task.urls);
  return client;
});
