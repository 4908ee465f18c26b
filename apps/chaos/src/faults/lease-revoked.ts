import type { Fault } from "../fault.ts";
import { askLeader, keysOf, onEtcd } from "./etcd-only.ts";

/** All that a process holds and waits for on it is gone at once. */
export const leaseRevoked: Fault = {
  id: "lease-revoked",
  about: "an operator revokes a lease that somebody's keys are on",
  side: "backend",
  leftOut: "the next one is granted as the lease ends, and its holder is told a moment later",
  appliesTo: onEtcd,
  async inflict(scene) {
    const { random, note } = scene;
    const leases = (await keysOf(scene)).flatMap(({ lease }) => lease ?? []);
    if (leases.length === 0) return note("nobody had one");
    await askLeader(scene, "/v3/lease/revoke", { ID: random.pick(leases) });
  },
};
