import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

/** Locks have a ttl, so every policy but noeviction takes them. */
export const locksEvicted: Fault = {
  id: "locks-evicted",
  about: "memory runs out under the policy volatile-random",
  side: "backend",
  leftOut: "a policy other than noeviction may evict a lock while it is held",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    const limit = async (policy: string, bytes: number): Promise<void> => {
      await server.command("CONFIG", "SET", "maxmemory-policy", policy);
      await server.command("CONFIG", "SET", "maxmemory", bytes);
    };
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 0.5) * scene.ttlMsMax,
      begin: () => limit("volatile-random", 1),
      end: () => limit("noeviction", 0),
    });
  },
};
