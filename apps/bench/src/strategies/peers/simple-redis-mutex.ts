import type { ReleaseFunc } from "simple-redis-mutex";
import { LEASE_TTL_MS, type LockClient, type Strategy, type Target } from "../../strategy.ts";
import { requireUrl } from "../require-url.ts";

/** Where a release goes unheard, a waiter asks again after this long: the package's 10 s, and tuned. */
const POLLING_INTERVAL_MS_DEFAULT = 10_000;
const POLLING_INTERVAL_MS_TUNED = 100;

/**
 * Package simple-redis-mutex through node-redis. A release is published, and every waiter asks again.
 * Its tokens come from one counter, drawn after the lock was taken: a holder that stops in between gets
 * a larger one than its successor. Tuned: a waiter that heard nothing asks after 100 ms and not 10 s.
 */
export const simpleRedisMutex: readonly Strategy[] = [
  strategy("simple-redis-mutex", "at its defaults", POLLING_INTERVAL_MS_DEFAULT),
  strategy("simple-redis-mutex-tuned", "tuned", POLLING_INTERVAL_MS_TUNED),
];

function strategy(id: string, how: string, pollingInterval: number): Strategy {
  return {
    id,
    about: `package simple-redis-mutex 3.0, through node-redis, ${how}`,
    isPeer: true,
    backend: "redis",
    abilities: {
      fencing: true,
      waitsWithoutPolling: true,
      lossSignal: false,
      renewal: false,
      fairness: false,
      quorum: false,
    },
    comparedWith: ["raw-node-redis"],
    waits: true,
    writesStrayKeys: true,
    packageName: "simple-redis-mutex",
    open: (target) => open(target, pollingInterval),
  };
}

async function open(target: Target, pollingInterval: number): Promise<LockClient<ReleaseFunc>> {
  const { createClient } = await import("redis");
  const { lock } = await import("simple-redis-mutex");
  const client = createClient({ url: requireUrl(target) });
  client.on("error", (error: Error) => console.error(`node-redis: ${error.message}`));
  await client.connect();
  return {
    acquire: (name, { ttlMs = LEASE_TTL_MS } = {}) =>
      lock(client, name, { timeout: ttlMs, pollingInterval }),
    release: (_name, releaseLock) => releaseLock(),
    token: ({ fencingToken }) => BigInt(fencingToken),
    // Its subscriber ends with the client.
    close: () => client.close(),
  };
}
