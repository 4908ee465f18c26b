import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { canMoveClocks } from "./moves-clock.ts";
import { abstention, pastDeadlines } from "./outage.ts";
import { anyRedis, onRedlock } from "./redis-only.ts";

const HOUR_MS = 3_600_000;
/** In longest ttls: further than members may be apart and still vote together. */
const ASTRAY_MIN = 5;

/**
 * The clock of one member jumps so far that it has no vote; forward, it also forgets all that it had. It
 * comes back as an operator would bring it back: with the right time, and without its data.
 */
export const memberClockAstray: Fault = {
  id: "member-clock-astray",
  about: "the clock of one member jumps by up to an hour, forward or back",
  side: "backend",
  appliesTo: (ground) => onRedlock(ground) && canMoveClocks(ground),
  async inflict(scene) {
    const { random, note, ttlMsMax } = scene;
    const { server, clock } = anyRedis(scene);
    const byMs = random.between(ASTRAY_MIN * ttlMsMax, HOUR_MS) * (random.chance(0.5) ? 1 : -1);
    note(`${Math.round(byMs / 1_000)} s`);
    await breakFor(scene, {
      ...pastDeadlines(scene),
      begin: () => clock?.jump(byMs),
      async end() {
        clock?.reset();
        await server.restart({ keepData: false });
      },
    });
    await scene.sleep(abstention(scene));
  },
};
