import type { Fault } from "../fault.ts";
import { breakLinks } from "./break-links.ts";
import { outage } from "./outage.ts";

/** Nothing arrives, and nobody is told. */
export const blackHoled: Fault = {
  id: "black-holed",
  about: "everything is lost in both directions, connections stay open",
  side: "backend",
  appliesTo: () => true,
  inflict: (scene) => breakLinks(scene, outage(scene), (link) => link.blackHole()),
};
