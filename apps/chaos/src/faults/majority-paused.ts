import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { etcdOf, onEtcd } from "./etcd-only.ts";

/** Nothing is granted and nothing renewed; leases go on when the cluster does. */
export const majorityPaused: Fault = {
  id: "majority-paused",
  about: "a majority of the members is stopped with SIGSTOP, and goes on",
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    const { members } = etcdOf(scene);
    const majority = Math.floor(members.length / 2) + 1;
    const stopped = scene.random.shuffled(members).slice(0, majority);
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax,
      async begin() {
        for (const { server } of stopped) await server.pause();
      },
      async end() {
        for (const { server } of stopped) await server.resume();
      },
    });
  },
};
