import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { leaderOf, onEtcd } from "./etcd-only.ts";

/** It goes on believing that it leads, and answers keepalives from memory before it learns better. */
export const leaderPaused: Fault = {
  id: "leader-paused",
  about: "the leader is stopped with SIGSTOP until another is elected or not, and goes on",
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    const leader = await leaderOf(scene);
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.4) * scene.ttlMsMax,
      begin: () => leader.pause(),
      end: () => leader.resume(),
    });
  },
};
