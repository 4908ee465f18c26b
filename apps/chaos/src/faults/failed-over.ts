import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { LaggingReplica } from "./lagging-replica.ts";
import { anyRedis, onOneRedis } from "./redis-only.ts";

/** As an operator or a sentinel does it, behind an address that stays the same. */
export const failedOver: Fault = {
  id: "failed-over",
  about: "the server is killed, a replica takes over that lagged up to half the longest ttl",
  side: "backend",
  leftOut:
    "a replica may not have a lock that was granted and grants it again; its holder learns it at a renewal",
  appliesTo: onOneRedis,
  async inflict(scene) {
    const { random, ttlMsMax, sleep, note } = scene;
    const member = anyRedis(scene);
    await using replica = await LaggingReplica.start(member);
    const lagMs = Math.round(random.between(0.05, 0.5) * ttlMsMax);
    note(`${lagMs} ms behind`);
    await breakFor(scene, {
      lastMs: random.between(0.5, 1.5) * ttlMsMax,
      async begin() {
        replica.lag();
        await sleep(lagMs);
        await replica.takeOver();
      },
      end: () => replica.giveBack(),
    });
  },
};
