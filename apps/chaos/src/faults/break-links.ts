import type { FaultProxy } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import { type Breakage, breakFor } from "./break-for.ts";
import { someLinks } from "./victims.ts";

/** Does the same to each link that is hit, and heals them afterwards. */
export async function breakLinks(
  scene: Scene,
  lasting: Pick<Breakage, "lastMs" | "isWhole">,
  breakOne: (link: FaultProxy) => void,
): Promise<void> {
  const links = someLinks(scene);
  await breakFor(scene, {
    ...lasting,
    begin() {
      for (const link of links) breakOne(link);
    },
    async end() {
      await Promise.all(links.map((link) => link.heal()));
    },
  });
}
