import type { Fault } from "../fault.ts";
import { anyWorker } from "./any-worker.ts";

/** Timers, answers and signals wait while something computes. */
export const workerStalled: Fault = {
  id: "worker-stalled",
  about: "the event loop of a process is blocked for up to 1.5 times the longest ttl",
  side: "fleet",
  appliesTo: () => true,
  async inflict(scene) {
    const { fleet, random, ttlMsMax, sleep, note } = scene;
    const index = anyWorker(scene);
    const stallMs = Math.round(random.between(0.1, 1.5) * ttlMsMax);
    note(`${stallMs} ms`);
    fleet.stall(index, stallMs);
    await sleep(stallMs);
  },
};
