import type { Redis } from "ioredis";
import type { LockOptions, Mutex } from "redis-semaphore";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../../strategy.ts";
import { type IoredisPeer, ioredisPeer } from "./ioredis-peer.ts";

/** Only what `onLockLost` tells is missing from the package's own mutex. */
interface Holding {
  readonly mutex: Pick<Mutex, "acquire" | "release">;
  tell: () => void;
}

/**
 * Package redis-semaphore: `Mutex` on one server, `RedlockMutex` on five. Its defaults are attempts
 * every 10 ms for 10 s, and a refresh after 80 % of the ttl. Tuned: attempts for a minute, on one server
 * every 2 ms, and three refreshes a ttl. It knows no jitter.
 */
const peer = {
  about: "package redis-semaphore 5.8",
  abilities: {
    fencing: false,
    waitsWithoutPolling: false,
    lossSignal: true,
    renewal: true,
    fairness: false,
  },
  defaults: {},
  tuned: (pauseMs) => ({
    retryInterval: pauseMs,
    acquireTimeout: 60_000,
    refreshesPerTtl: 3,
  }),
  open,
} satisfies Partial<IoredisPeer<SemaphoreSettings>>;

interface SemaphoreSettings extends Pick<LockOptions, "retryInterval" | "acquireTimeout"> {
  readonly refreshesPerTtl?: number;
}

export const redisSemaphore: readonly Strategy[] = [
  ...ioredisPeer<SemaphoreSettings>({
    ...peer,
    id: "redis-semaphore",
    servers: 1,
    packageName: "redis-semaphore",
  }),
  ...ioredisPeer<SemaphoreSettings>({ ...peer, id: "redis-semaphore-x5", servers: 5, pauseMs: 10 }),
];

async function open(
  clients: readonly Redis[],
  { refreshesPerTtl, ...settings }: SemaphoreSettings,
): Promise<LockClient<Holding>> {
  const { Mutex, RedlockMutex } = await import("redis-semaphore");
  const [only, second] = clients;
  const create = (name: string, options: LockOptions): Holding["mutex"] =>
    only !== undefined && second === undefined
      ? new Mutex(only, name, options)
      : new RedlockMutex([...clients], name, options);
  const refresh = (ttlMs: number): LockOptions =>
    refreshesPerTtl === undefined ? {} : { refreshInterval: Math.round(ttlMs / refreshesPerTtl) };
  return {
    async acquire(name, { ttlMs = LEASE_TTL_MS } = {}) {
      const onLockLost = (): void => holding.tell();
      const options = { ...settings, ...refresh(ttlMs), lockTimeout: ttlMs, onLockLost };
      const holding: Holding = { mutex: create(name, options), tell: () => {} };
      await holding.mutex.acquire();
      return holding;
    },
    release: (_name, { mutex }) => mutex.release(),
    onLost: (holding, tell) => {
      holding.tell = tell;
    },
    close: async () => {},
  };
}
