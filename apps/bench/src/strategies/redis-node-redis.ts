import type { Lease } from "@holdfast/core";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";
import { handoffOf } from "./handoff-of.ts";
import { prefixOf } from "./prefix-of.ts";
import { requireUrl } from "./require-url.ts";

/** Holdfast over one Redis through node-redis. */
export const redisNodeRedis: Strategy = {
  id: "redis-node-redis",
  about: "Holdfast over one Redis, through node-redis",
  backend: "redis",
  abilities: {
    fencing: true,
    waitsWithoutPolling: true,
    lossSignal: true,
    renewal: true,
    fairness: true,
    quorum: false,
  },
  comparedWith: ["raw-node-redis"],
  handsOffLocally: true,
  waits: true,
  async open(target): Promise<LockClient<Lease>> {
    const { createClient } = await import("redis");
    const { createLocks } = await import("@holdfast/core");
    const { redis } = await import("@holdfast/redis");
    const client = createClient({ url: requireUrl(target) });
    client.on("error", (error: Error) => console.error(`node-redis: ${error.message}`));
    await client.connect();
    const locks = createLocks({
      provider: redis({ client, ...prefixOf(target) }),
      ttlMs: LEASE_TTL_MS,
      ...handoffOf(target),
    });
    return clientOfLocks(locks, () => client.destroy());
  },
};
