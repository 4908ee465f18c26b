import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

/** Writes that need memory are answered OOM; nothing is evicted. */
export const memoryFull: Fault = {
  id: "memory-full",
  about: "the server has no memory left (maxmemory, noeviction)",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    const limit = async (bytes: number): Promise<void> => {
      await server.command("CONFIG", "SET", "maxmemory", bytes);
    };
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax,
      begin: () => limit(1),
      end: () => limit(0),
    });
  },
};
