import type { Fault } from "../fault.ts";
import { anyWorker } from "./any-worker.ts";
import { breakFor } from "./break-for.ts";

/** A long pause of the garbage collector, or of the machine below: it wakes up when others hold its locks. */
export const workerPaused: Fault = {
  id: "worker-paused",
  about: "a process is stopped with SIGSTOP for up to twice the longest ttl, and goes on",
  side: "fleet",
  appliesTo: () => true,
  async inflict(scene) {
    const { fleet, random, ttlMsMax } = scene;
    const index = anyWorker(scene);
    await breakFor(scene, {
      lastMs: random.between(0.3, 2) * ttlMsMax,
      begin: () => fleet.pause(index),
      end: () => fleet.resume(index),
    });
  },
};
