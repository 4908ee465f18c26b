import { MemoryRecorder } from "@holdfast/history";
import { expect, test } from "vitest";
import type { Fault, Scene } from "../fault.ts";
import { Storm } from "./storm.ts";

/** What no fault here looks at. */
const nothing = { ground: {}, fleet: {} } as unknown as Pick<Scene, "ground" | "fleet">;

test("when a fault cannot be done, what the other side broke is mended before the storm ends", async () => {
  let isBroken = false;
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const lasting: Fault = {
    id: "lasting",
    about: "lasts an hour, unless the run ends",
    side: "backend",
    appliesTo: () => true,
    inflict: async ({ sleep }) => {
      isBroken = true;
      begin();
      await sleep(3_600_000);
      isBroken = false;
    },
  };
  const impossible: Fault = {
    ...lasting,
    id: "impossible",
    side: "fleet",
    inflict: async () => {
      await begun;
      throw new Error("no such worker");
    },
  };
  const scene = { ...nothing, ttlMsMax: 1_000, signal: new AbortController().signal };
  const recorder = new MemoryRecorder(() => performance.now() * 1e6);
  const storm = new Storm({ seed: 1, faults: [lasting, impossible], scene, recorder });
  await expect(storm.rage(3_600_000)).rejects.toThrow("impossible could not be done");
  expect(isBroken).toBe(false);
  expect(storm.underWay.size).toBe(0);
});
