import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { leaderOf, onEtcd } from "./etcd-only.ts";

/** Another is elected within seconds, and every lease begins its ttl again. */
export const leaderKilled: Fault = {
  id: "leader-killed",
  about: "the leader is killed with SIGKILL, and started again with its data",
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    const leader = await leaderOf(scene);
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax,
      begin: () => leader.kill(),
      end: () => leader.restart({ keepData: true }),
    });
  },
};
