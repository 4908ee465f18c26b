import type { Fault } from "../fault.ts";
import { askLeader, onEtcd } from "./etcd-only.ts";

const COMPACTION_COUNT_MAX = 10;

/** Who watches from a revision that is gone is told so, with an empty reason. */
export const compacted: Fault = {
  id: "compacted",
  about: "the history of keys is compacted up to now, up to ten times",
  row: 29,
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    const { random, signal, sleep, note } = scene;
    const compactionCount = random.integer(1, COMPACTION_COUNT_MAX);
    note(`${compactionCount} times`);
    for (let done = 0; done < compactionCount && !signal.aborted; done += 1) {
      const { header } = (await askLeader(scene, "/v3/kv/range", { key: "AA==" })) as {
        readonly header: { readonly revision: string };
      };
      // Refused where nothing was written since the last one.
      const compaction = { revision: header.revision, physical: random.chance(0.5) };
      await askLeader(scene, "/v3/kv/compaction", compaction).catch(() => undefined);
      await sleep(random.between(5, 200));
    }
  },
};
