import type { Fault } from "../fault.ts";
import { anyClock, canMoveClocks } from "./moves-clock.ts";
import { onPostgres } from "./postgres-only.ts";

const MINUTE_MS = 60_000;

/** Sessions end by timers, which do not look at the wall clock. */
export const serverClockAhead: Fault = {
  id: "server-clock-ahead",
  about: "the clock of the server jumps forward by up to an hour, and stays there",
  row: 5,
  side: "backend",
  // On Redis it would be locks-expired-early.
  appliesTo: (ground) => onPostgres(ground) && canMoveClocks(ground),
  async inflict(scene) {
    const byMinutes = scene.random.between(1, 60);
    scene.note(`${Math.round(byMinutes)} minutes`);
    anyClock(scene).jump(byMinutes * MINUTE_MS);
    await scene.sleep(scene.ttlMsMax);
  },
};
