import type { Fault } from "../fault.ts";
import { breakLinks } from "./break-links.ts";
import { outage } from "./outage.ts";

/** What a driver does with commands while it cannot connect shows now: keep them, or say so. */
export const connectionsRefused: Fault = {
  id: "connections-refused",
  about: "connections are reset, and new ones refused for a while",
  side: "backend",
  appliesTo: () => true,
  inflict: (scene) =>
    breakLinks(scene, outage(scene), (link) => {
      link.refuse();
      link.reset();
    }),
};
