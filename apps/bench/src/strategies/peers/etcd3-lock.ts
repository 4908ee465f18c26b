import { setTimeout as sleepMs } from "node:timers/promises";
import type { Etcd3, Lock } from "etcd3";
import { LEASE_TTL_MS, type LockClient, type Strategy, type Target } from "../../strategy.ts";

/** Pauses between two attempts, each anew between these. */
interface Polling {
  readonly pauseMsMin: number;
  readonly pauseMsMax: number;
}

/**
 * Package etcd3's lock: a lease of its own for every attempt, kept alive while the lock is held; its loss
 * stays inside. It cannot wait, so it is asked again, as its users do: every 100 ms, and tuned, after
 * 5 to 15 ms.
 */
export const etcd3Lock: readonly Strategy[] = [
  strategy("etcd3-lock", "asked every 100 ms", { pauseMsMin: 100, pauseMsMax: 100 }),
  strategy("etcd3-lock-tuned", "tuned", { pauseMsMin: 5, pauseMsMax: 15 }),
];

function strategy(id: string, how: string, polling: Polling): Strategy {
  return {
    id,
    about: `package etcd3 1.1, its lock, ${how}`,
    isPeer: true,
    backend: "etcd",
    abilities: {
      fencing: false,
      waitsWithoutPolling: false,
      lossSignal: false,
      renewal: true,
      fairness: false,
      quorum: false,
    },
    comparedWith: ["raw-etcd3"],
    waits: true,
    packageName: "etcd3",
    open: (target) => open(target, polling),
  };
}

async function open({ urls }: Target, polling: Polling): Promise<LockClient<Lock>> {
  const { Etcd3, EtcdLockFailedError } = await import("etcd3");
  const client = new Etcd3({ hosts: [...urls] });
  return {
    async acquire(name, { ttlMs = LEASE_TTL_MS, signal } = {}) {
      for (;;) {
        try {
          return await lockOf(client, name, ttlMs).acquire();
        } catch (error) {
          if (!(error instanceof EtcdLockFailedError) || signal?.aborted === true) throw error;
        }
        await sleepMs(pauseMs(polling));
      }
    },
    release: (_name, lock) => lock.release(),
    close: async () => client.close(),
  };
}

/** Leases are counted in whole seconds. */
function lockOf(client: Etcd3, name: string, ttlMs: number): Lock {
  return client.lock(name).ttl(Math.ceil(ttlMs / 1_000));
}

function pauseMs({ pauseMsMin, pauseMsMax }: Polling): number {
  return pauseMsMin + Math.random() * (pauseMsMax - pauseMsMin);
}
