import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { onRedlock, redisMembers } from "./redis-only.ts";

/** A renewal reaches a minority: the old deadline stands, and nobody else can be granted. */
export const majorityCutOff: Fault = {
  id: "majority-cut-off",
  about: "everything to and from a majority of the members is lost",
  side: "backend",
  appliesTo: onRedlock,
  async inflict(scene) {
    const members = redisMembers(scene);
    const majority = Math.floor(members.length / 2) + 1;
    const links = scene.random
      .shuffled(members)
      .slice(0, majority)
      .map(({ proxy }) => proxy);
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax,
      begin() {
        for (const link of links) link.blackHole();
      },
      async end() {
        await Promise.all(links.map((link) => link.heal()));
      },
    });
  },
};
