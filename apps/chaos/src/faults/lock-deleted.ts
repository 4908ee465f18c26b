import type { Fault } from "../fault.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

/** Keys of locks, and not of what is beside them. */
const LOCK = /^holdfast:\{[^}]*\}$/;

/** Somebody with redis-cli knows better. */
export const lockDeleted: Fault = {
  id: "lock-deleted",
  about: "an operator deletes the key of a lock that is held",
  side: "backend",
  leftOut: "who deletes a lock lets the next one in, and its holder learns it at a renewal",
  appliesTo: onRedis,
  async inflict(scene) {
    const { random, note } = scene;
    const { server } = anyRedis(scene);
    const keys = ((await server.command("KEYS", "*")) as readonly unknown[]).map(String);
    const locks = keys.filter((key) => LOCK.test(key));
    if (locks.length === 0) return note("nothing was held");
    const key = random.pick(locks);
    note(key);
    await server.command("DEL", key);
  },
};
