import type { Fault } from "../fault.ts";
import { anyClock, canMoveClocks } from "./moves-clock.ts";
import { onRedis } from "./redis-only.ts";

/** Less than holders allow for in clocks that differ, whatever the ttl: drift of 1 % and 2 ms, and a margin. */
const STEP_MS_MAX = 4;

/** As a time server steps a clock that is a little slow. */
export const serverClockNudged: Fault = {
  id: "server-clock-nudged",
  about: `the clock of the server steps forward by up to ${STEP_MS_MAX} ms`,
  side: "backend",
  appliesTo: (ground) => onRedis(ground) && canMoveClocks(ground),
  async inflict(scene) {
    const { random, ttlMsMax, sleep, note } = scene;
    const byMs = random.between(1, STEP_MS_MAX);
    note(`${byMs.toFixed(1)} ms`);
    anyClock(scene).jump(byMs);
    // A second step within one lease would be a longer one.
    await sleep(ttlMsMax);
  },
};
