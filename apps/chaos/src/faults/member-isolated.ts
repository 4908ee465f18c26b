import type { EtcdServer } from "@holdfast/test-servers";
import type { Fault, Scene } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { etcdOf, leaderOf, onEtcd } from "./etcd-only.ts";

/** Clients still reach it, and it can promise them nothing. */
export const memberIsolated: Fault = {
  id: "member-isolated",
  about: "one member, the leader every second time, is cut off from the others, not from clients",
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    const { cluster } = etcdOf(scene);
    const member = await oneOf(scene);
    await breakFor(scene, {
      lastMs: scene.random.between(0.3, 2) * scene.ttlMsMax,
      begin: () => cluster.isolate(member),
      end: () => cluster.heal(),
    });
  },
};

async function oneOf(scene: Scene): Promise<EtcdServer> {
  const { random, note } = scene;
  const isLeader = random.chance(0.5);
  if (isLeader) note("the leader");
  return isLeader ? await leaderOf(scene) : random.pick(etcdOf(scene).members).server;
}
