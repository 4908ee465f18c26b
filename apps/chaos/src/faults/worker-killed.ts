import type { Fault } from "../fault.ts";
import { anyWorker } from "./any-worker.ts";

/** A process gets SIGKILL while it holds, waits or asks. */
export const workerKilled: Fault = {
  id: "worker-killed",
  about: "a process is killed with SIGKILL, and another takes its place",
  side: "fleet",
  appliesTo: () => true,
  inflict: (scene) => scene.fleet.kill(anyWorker(scene)),
};
