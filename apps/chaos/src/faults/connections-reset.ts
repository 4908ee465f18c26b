import type { Fault } from "../fault.ts";
import { survivesReset } from "./survives-reset.ts";
import { someLinks } from "./victims.ts";

const RESET_COUNT_MAX = 5;

/** Commands are cut off in the middle, and drivers may send them again. */
export const connectionsReset: Fault = {
  id: "connections-reset",
  about: "all connections are reset, up to five times in a row",
  row: 8,
  side: "backend",
  appliesTo: survivesReset,
  async inflict(scene) {
    const { random, signal, sleep, note } = scene;
    const links = someLinks(scene);
    const resetCount = random.integer(1, RESET_COUNT_MAX);
    note(`${resetCount} times`);
    for (let reset = 1; reset <= resetCount && !signal.aborted; reset += 1) {
      for (const link of links) link.reset();
      await sleep(random.between(5, 250));
    }
  },
};
