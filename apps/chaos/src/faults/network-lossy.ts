import type { Fault } from "../fault.ts";
import { jitterLinks } from "./jitter-links.ts";
import { survivesReset } from "./survives-reset.ts";

const RESET_CHANCE = 0.3;

/** A network that nobody would call one. */
export const networkLossy: Fault = {
  id: "network-lossy",
  about: "each 50 ms connections are reset with a chance of 30 %, and bytes take up to 200 ms",
  side: "backend",
  appliesTo: survivesReset,
  inflict: (scene) => jitterLinks(scene, RESET_CHANCE),
};
