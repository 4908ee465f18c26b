import type { Fault } from "../fault.ts";
import { anyWorker } from "./any-worker.ts";

/** A closed lid: the gap counts, though no monotonic clock shows it. */
export const workerSuspended: Fault = {
  id: "worker-suspended",
  about: "a process finds that the machine has slept for up to three times the longest ttl",
  side: "fleet",
  movesTargetClock: true,
  appliesTo: () => true,
  inflict(scene) {
    const { fleet, random, ttlMsMax, note } = scene;
    const index = anyWorker(scene);
    const sleptMs = Math.round(random.between(0.05, 3) * ttlMsMax);
    note(`${sleptMs} ms`);
    fleet.suspend(index, sleptMs);
    return Promise.resolve();
  },
};
