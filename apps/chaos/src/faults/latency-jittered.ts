import type { Fault } from "../fault.ts";
import { jitterLinks } from "./jitter-links.ts";

/** Answers come when they come. */
export const latencyJittered: Fault = {
  id: "latency-jittered",
  about: "each direction takes up to 200 ms, and changes its mind every 50 ms",
  side: "backend",
  appliesTo: () => true,
  inflict: (scene) => jitterLinks(scene, 0),
};
