import type { Lease } from "@holdfast/core";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";

/** More waiters than scenario `waiters` ever queues: the limit is not what is measured. */
const WAITER_COUNT_MAX = 200_000;

/** Holdfast inside one process: `createLocks` over the memory provider. */
export const memory: Strategy = {
  id: "memory",
  about: "Holdfast over its memory provider, inside one process",
  backend: "process",
  abilities: {
    fencing: true,
    waitsWithoutPolling: true,
    lossSignal: true,
    renewal: true,
    fairness: true,
    quorum: false,
  },
  comparedWith: ["async-mutex", "async-lock"],
  waits: true,
  packageName: "@holdfast/core",
  async open(): Promise<LockClient<Lease>> {
    const { createLocks, memory: memoryProvider } = await import("@holdfast/core");
    const locks = createLocks({
      provider: memoryProvider(),
      ttlMs: LEASE_TTL_MS,
      limits: { waitersPerNameMax: WAITER_COUNT_MAX, waitersMax: WAITER_COUNT_MAX },
    });
    return clientOfLocks(locks);
  },
};
