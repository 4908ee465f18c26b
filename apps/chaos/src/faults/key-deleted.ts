import type { Fault } from "../fault.ts";
import { askLeader, keysOf, onEtcd } from "./etcd-only.ts";

/** Somebody with etcdctl knows better. */
export const keyDeleted: Fault = {
  id: "key-deleted",
  about: "an operator deletes the key of a lock, be it held or waited for",
  side: "backend",
  leftOut: "the next one is granted as the key goes, and its holder is told a moment later",
  appliesTo: onEtcd,
  async inflict(scene) {
    const { random, note } = scene;
    const keys = await keysOf(scene);
    if (keys.length === 0) return note("nothing was held");
    await askLeader(scene, "/v3/kv/deleterange", { key: random.pick(keys).key });
  },
};
