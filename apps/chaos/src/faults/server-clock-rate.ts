import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyClock, canMoveClocks } from "./moves-clock.ts";

/** Holders allow for one percent, and a time server slews by a twentieth of that. */
const RATE_PPM_MAX = 9_000;

/** Both run, but not at the same rate. */
export const serverClockRate: Fault = {
  id: "server-clock-rate",
  about: "the clock of a server runs up to 0.9 % faster or slower",
  side: "backend",
  appliesTo: canMoveClocks,
  async inflict(scene) {
    const { random, ttlMsMax, note } = scene;
    const clock = anyClock(scene);
    const ratePpm = Math.round(random.between(-RATE_PPM_MAX, RATE_PPM_MAX));
    note(`${ratePpm} ppm`);
    await breakFor(scene, {
      lastMs: random.between(0.5, 2) * ttlMsMax,
      begin: () => clock.run(ratePpm),
      end: () => clock.run(0),
    });
  },
};
