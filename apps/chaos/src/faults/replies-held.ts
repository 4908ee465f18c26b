import type { Fault } from "../fault.ts";
import { breakLinks } from "./break-links.ts";

/** What a late answer says has been true for a while, or is no more. */
export const repliesHeld: Fault = {
  id: "replies-held",
  about: "answers wait on the way, and then all arrive",
  side: "backend",
  appliesTo: () => true,
  async inflict(scene) {
    const lastMs = scene.random.between(0.1, 1.5) * scene.ttlMsMax;
    await breakLinks(scene, { lastMs }, (link) => link.hold("to-client"));
  },
};
