import type { Fault } from "../fault.ts";
import { severalTimes } from "./several-times.ts";
import { survivesReset } from "./survives-reset.ts";
import { someLinks } from "./victims.ts";

const RESETS = { countMax: 5, pauseMs: [5, 250] } as const;

/** Commands are cut off in the middle, and drivers may send them again. */
export const connectionsReset: Fault = {
  id: "connections-reset",
  about: "all connections are reset, up to five times in a row",
  side: "backend",
  appliesTo: survivesReset,
  async inflict(scene) {
    const links = someLinks(scene);
    await severalTimes(scene, RESETS, () => {
      for (const link of links) link.reset();
    });
  },
};
