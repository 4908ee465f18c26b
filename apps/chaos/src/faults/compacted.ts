import type { Fault } from "../fault.ts";
import { askLeader, onEtcd } from "./etcd-only.ts";
import { severalTimes } from "./several-times.ts";

const COMPACTIONS = { countMax: 10, pauseMs: [5, 200] } as const;

/** Who watches from a revision that is gone is told so, with an empty reason. */
export const compacted: Fault = {
  id: "compacted",
  about: "the history of keys is compacted up to now, up to ten times",
  side: "backend",
  appliesTo: onEtcd,
  async inflict(scene) {
    await severalTimes(scene, COMPACTIONS, async () => {
      const { header } = (await askLeader(scene, "/v3/kv/range", { key: "AA==" })) as {
        readonly header: { readonly revision: string };
      };
      // Refused where nothing was written since the last one.
      const compaction = { revision: header.revision, physical: scene.random.chance(0.5) };
      await askLeader(scene, "/v3/kv/compaction", compaction).catch(() => undefined);
    });
  },
};
