import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyRedis, onRedlock } from "./redis-only.ts";

/** About what a member is given for its vote: 5 % of the ttl, 50 ms at least. */
const DELAY_MS_MIN = 20;
const DELAY_MS_MAX = 200;

/** Its grant comes when the others have decided, or when it is given up: it is joined, or released. */
export const memberSlow: Fault = {
  id: "member-slow",
  about: "the answers of one member take about as long as is waited for them",
  side: "backend",
  appliesTo: onRedlock,
  async inflict(scene) {
    const { random, note, ttlMsMax } = scene;
    const { proxy } = anyRedis(scene);
    const delayMs = Math.round(random.between(DELAY_MS_MIN, DELAY_MS_MAX));
    note(`${delayMs} ms later`);
    await breakFor(scene, {
      lastMs: random.between(0.5, 2) * ttlMsMax,
      begin: () => proxy.delay("to-client", delayMs),
      end: () => proxy.heal(),
    });
  },
};
