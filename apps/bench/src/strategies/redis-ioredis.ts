import type { Lease } from "@holdfast/core";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../strategy.ts";
import { requireRedisUrl } from "./require-redis-url.ts";

/** Holdfast over one Redis through ioredis. */
export const redisIoredis: Strategy = {
  id: "redis-ioredis",
  about: "Holdfast over one Redis, through ioredis",
  backend: "redis",
  comparedWith: ["raw-ioredis"],
  waits: true,
  packageName: "@holdfast/redis",
  async open(target): Promise<LockClient<Lease>> {
    const { Redis } = await import("ioredis");
    const { createLocks } = await import("@holdfast/core");
    const { redis } = await import("@holdfast/redis");
    const client = new Redis(requireRedisUrl(target));
    const locks = createLocks({ provider: redis({ client }), ttlMs: LEASE_TTL_MS });
    return {
      acquire: (name) => locks.acquire(name),
      release: (_name, lease) => lease.release(),
      close: async () => {
        await locks.close();
        client.disconnect();
      },
    };
  },
};
