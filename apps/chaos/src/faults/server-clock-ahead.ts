import type { Fault } from "../fault.ts";
import { anyClock, canMoveClocks } from "./moves-clock.ts";
import { onPostgres } from "./postgres-only.ts";

const MINUTE_MS = 60_000;

/** The server looks at its wall clock when one of its timers goes off, and takes all of them for due. */
export const serverClockAhead: Fault = {
  id: "server-clock-ahead",
  about: "the clock of the server jumps forward by up to an hour, and stays there",
  side: "backend",
  leftOut:
    "a clock that jumps forward ends sessions before their time, as it does with keys on Redis",
  // On Redis it would be locks-expired-early.
  appliesTo: (ground) => onPostgres(ground) && canMoveClocks(ground),
  async inflict(scene) {
    const byMinutes = scene.random.between(1, 60);
    scene.note(`${Math.round(byMinutes)} minutes`);
    anyClock(scene).jump(byMinutes * MINUTE_MS);
    await scene.sleep(scene.ttlMsMax);
  },
};
