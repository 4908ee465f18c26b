import type { Lease } from "@holdfast/core";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";
import { handoffOf } from "./handoff-of.ts";
import { prefixOf } from "./prefix-of.ts";
import { requireUrl } from "./require-url.ts";

/** Holdfast over one etcd cluster, through etcd3. */
export const etcd: Strategy = {
  id: "etcd",
  about: "Holdfast over etcd, through etcd3",
  backend: "etcd",
  abilities: {
    fencing: true,
    waitsWithoutPolling: true,
    lossSignal: true,
    renewal: true,
    fairness: true,
    quorum: false,
  },
  comparedWith: ["raw-etcd3"],
  handsOffLocally: true,
  waits: true,
  packageName: "@holdfast/etcd",
  async open(target): Promise<LockClient<Lease>> {
    const { createLocks } = await import("@holdfast/core");
    const { etcd: overEtcd } = await import("@holdfast/etcd");
    const provider = overEtcd({ hosts: requireUrl(target), ...prefixOf(target) });
    return clientOfLocks(createLocks({ provider, ttlMs: LEASE_TTL_MS, ...handoffOf(target) }));
  },
};
