import type { Fault } from "../fault.ts";
import { anyClock, canMoveClocks } from "./moves-clock.ts";

/**
 * The server's clock is set back, and stays there: to set it forward again would end locks early. Every
 * ttl on the server is longer by that much, so it waits for those to end.
 */
export const serverClockBack: Fault = {
  id: "server-clock-back",
  about: "the clock of the server is set back by up to the longest ttl",
  side: "backend",
  // A quorum has member-clock-astray.
  appliesTo: (ground) => ground.backend !== "redlock" && canMoveClocks(ground),
  async inflict(scene) {
    const { random, ttlMsMax, sleep, note } = scene;
    const byMs = Math.round(random.between(0.05, 1) * ttlMsMax);
    note(`${byMs} ms`);
    anyClock(scene).jump(-byMs);
    await sleep(ttlMsMax + byMs);
  },
};
