import type { Fault } from "../fault.ts";
import { breakLinks } from "./break-links.ts";

/** Requests arrive long after those who sent them gave up. */
export const requestsHeld: Fault = {
  id: "requests-held",
  about: "requests wait on the way, and then all arrive, also of those who have left",
  side: "backend",
  appliesTo: () => true,
  async inflict(scene) {
    const lastMs = scene.random.between(0.1, 1.5) * scene.ttlMsMax;
    await breakLinks(scene, { lastMs }, (link) => link.hold("to-server"));
  },
};
