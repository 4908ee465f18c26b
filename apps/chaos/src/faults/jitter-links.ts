import type { FaultProxy } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { someLinks } from "./victims.ts";

const DELAY_MS_MAX = 200;
const CHANGE_INTERVAL_MS = 50;

/** Draws new delays for every link again and again, and resets its connections by chance. */
export async function jitterLinks(scene: Scene, resetChance: number): Promise<void> {
  const { random } = scene;
  const links = someLinks(scene);
  const change = (): void => {
    for (const link of links) jitterOne(link, scene, resetChance);
  };
  const changing = setInterval(change, CHANGE_INTERVAL_MS);
  await breakFor(scene, {
    lastMs: random.between(0.3, 1.5) * scene.ttlMsMax,
    begin: change,
    async end() {
      clearInterval(changing);
      await Promise.all(links.map((link) => link.heal()));
    },
  });
}

function jitterOne(link: FaultProxy, { random }: Scene, resetChance: number): void {
  link.delay("to-server", random.between(0, DELAY_MS_MAX));
  link.delay("to-client", random.between(0, DELAY_MS_MAX));
  if (random.chance(resetChance)) link.reset();
}
