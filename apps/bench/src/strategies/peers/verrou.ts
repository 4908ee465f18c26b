import type { Lock } from "@verrou/core";
import type { Redis } from "ioredis";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../../strategy.ts";
import { ioredisPeer } from "./ioredis-peer.ts";

interface VerrouSettings {
  readonly retry?: { readonly delay: number };
}

/**
 * Package @verrou/core over its Redis store. Its defaults are attempts without end, 250 ms apart.
 * Tuned: short pauses; it knows no jitter. It extends when it is asked to and never by itself.
 */
export const verrou: readonly Strategy[] = ioredisPeer<VerrouSettings>({
  id: "verrou",
  about: "package @verrou/core 0.5 on its Redis store",
  packageName: "@verrou/core",
  servers: 1,
  abilities: {
    fencing: false,
    waitsWithoutPolling: false,
    lossSignal: false,
    renewal: false,
    fairness: false,
  },
  defaults: {},
  tuned: (pauseMs) => ({ retry: { delay: pauseMs } }),
  open,
});

async function open(
  [connection]: readonly Redis[],
  settings: VerrouSettings,
): Promise<LockClient<Lock>> {
  const { LockFactory } = await import("@verrou/core");
  const { redisStore } = await import("@verrou/core/drivers/redis");
  if (connection === undefined) throw new Error("verrou needs a connection");
  const locks = new LockFactory(redisStore({ connection }).factory(), settings);
  return {
    async acquire(name, { ttlMs = LEASE_TTL_MS } = {}) {
      const lock = locks.createLock(name, ttlMs);
      if (!(await lock.acquire())) throw new Error(`verrou gave up on ${name}`);
      return lock;
    },
    release: (_name, lock) => lock.release(),
    validForMs: (lock) => lock.getRemainingTime() ?? Number.POSITIVE_INFINITY,
    close: async () => {},
  };
}
