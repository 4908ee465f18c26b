import type { Fault } from "../fault.ts";
import { anyWorker } from "./any-worker.ts";

/** What a deployment does to every process: it gives back what it holds, and ends. */
export const workerTerminated: Fault = {
  id: "worker-terminated",
  about: "a process gets SIGTERM and closes, and another takes its place",
  side: "fleet",
  appliesTo: () => true,
  inflict: (scene) => scene.fleet.askToClose(anyWorker(scene)),
};
