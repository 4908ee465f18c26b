import type { Fault } from "../fault.ts";
import { anyClock, canMoveClocks } from "./moves-clock.ts";
import { onOneRedis } from "./redis-only.ts";

/** Every key with a ttl is gone at once. */
export const locksExpiredEarly: Fault = {
  id: "locks-expired-early",
  about: "the clock of the server jumps forward by twice the longest ttl",
  side: "backend",
  leftOut: "a clock that jumps forward ends locks before their time",
  appliesTo: (ground) => onOneRedis(ground) && canMoveClocks(ground),
  async inflict(scene) {
    anyClock(scene).jump(2 * scene.ttlMsMax);
    await scene.sleep(scene.ttlMsMax);
  },
};
