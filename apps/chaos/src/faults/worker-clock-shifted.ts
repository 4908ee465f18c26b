import type { Fault } from "../fault.ts";
import { anyWorker } from "./any-worker.ts";
import { breakFor } from "./break-for.ts";

const HOUR_MS = 3_600_000;

/** Summer time, done wrong. Validity is counted on another clock. */
export const workerClockShifted: Fault = {
  id: "worker-clock-shifted",
  about: "the wall clock of a process jumps by up to an hour, and back",
  side: "fleet",
  movesTargetClock: true,
  appliesTo: () => true,
  async inflict(scene) {
    const { fleet, random, ttlMsMax, note } = scene;
    const index = anyWorker(scene);
    const byMs = Math.round(random.between(-1, 1) * HOUR_MS);
    note(`${Math.round(byMs / 1_000)} s`);
    await breakFor(scene, {
      lastMs: random.between(0.1, 2) * ttlMsMax,
      begin: () => fleet.shiftWallClock(index, byMs),
      end: () => fleet.shiftWallClock(index, -byMs),
    });
  },
};
