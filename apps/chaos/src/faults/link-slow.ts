import type { Fault } from "../fault.ts";
import { breakLinks } from "./break-links.ts";

/** A grant arrives when much of its ttl, or all of it, is over. */
export const linkSlow: Fault = {
  id: "link-slow",
  about: "an answer takes from 2 % of the longest ttl to more than all of it",
  side: "backend",
  appliesTo: () => true,
  async inflict(scene) {
    const { random, ttlMsMax, note } = scene;
    // Short ones are as likely as long ones: they meet the timeouts of members.
    const delayMs = ttlMsMax * 0.01 * 60 ** random.fraction();
    note(`${Math.round(delayMs)} ms each way`);
    await breakLinks(scene, { lastMs: random.between(0.5, 1.5) * ttlMsMax }, (link) => {
      link.delay("to-server", delayMs);
      link.delay("to-client", delayMs);
    });
  },
};
