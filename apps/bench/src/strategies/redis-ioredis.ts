import type { Lease } from "@holdfast/core";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";
import { handoffOf } from "./handoff-of.ts";
import { prefixOf } from "./prefix-of.ts";
import { requireUrl } from "./require-url.ts";

/** Holdfast over one Redis through ioredis. */
export const redisIoredis: Strategy = {
  id: "redis-ioredis",
  about: "Holdfast over one Redis, through ioredis",
  backend: "redis",
  abilities: {
    fencing: true,
    waitsWithoutPolling: true,
    lossSignal: true,
    renewal: true,
    fairness: true,
    quorum: false,
  },
  comparedWith: ["raw-ioredis"],
  handsOffLocally: true,
  waits: true,
  packageName: "@holdfast/redis",
  async open(target): Promise<LockClient<Lease>> {
    const { Redis } = await import("ioredis");
    const { createLocks } = await import("@holdfast/core");
    const { redis } = await import("@holdfast/redis");
    const client = new Redis(requireUrl(target));
    const locks = createLocks({
      provider: redis({ client, ...prefixOf(target) }),
      ttlMs: LEASE_TTL_MS,
      ...handoffOf(target),
    });
    return clientOfLocks(locks, () => client.disconnect());
  },
};
