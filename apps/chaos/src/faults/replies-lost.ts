import type { Fault } from "../fault.ts";
import { breakLinks } from "./break-links.ts";
import { outage } from "./outage.ts";

/** The server does what it is asked, and nobody hears of it. */
export const repliesLost: Fault = {
  id: "replies-lost",
  about: "answers of a server are lost on the way, requests arrive",
  side: "backend",
  appliesTo: () => true,
  inflict: (scene) => breakLinks(scene, outage(scene), (link) => link.drop("to-client")),
};
