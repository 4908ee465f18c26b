import { once } from "node:events";
import { hostClock, MemoryRecorder } from "@holdfast/history";
import { expect, test } from "vitest";
import type { Fault } from "../fault.ts";
import type { RedisGround } from "../ground.ts";
import { ProcessFleet } from "./process-fleet.ts";
import { Storm } from "./storm.ts";

const HOUR_MS = 3_600_000;
const { nowNs, env } = hostClock({});
const { signal } = new AbortController();
const recorder = new MemoryRecorder(nowNs);

/** No server and no process: no fault here looks at them. */
const ground: RedisGround = {
  ...{ backend: "redis", urls: [], members: [] },
  ready: () => Promise.resolve(),
  leftovers: () => Promise.resolve([]),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const planOf = (): never => {
  throw new Error("it has no processes");
};
const fleet = new ProcessFleet({ size: 0, planOf, env, recorder, signal, blame: planOf });

test("when a fault cannot be done, what the other side broke is mended before the storm ends", async () => {
  let isBroken = false;
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const lasting: Fault = {
    id: "lasting",
    about: "lasts until the run ends",
    side: "backend",
    appliesTo: () => true,
    inflict: async (scene) => {
      isBroken = true;
      begin();
      await once(scene.signal, "abort");
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
  const scene = { ground, fleet, ttlMsMax: 1_000, signal };
  const storm = new Storm({ seed: 1, faults: [lasting, impossible], scene, recorder });
  await expect(storm.rage(HOUR_MS)).rejects.toThrow("impossible could not be done");
  expect(isBroken).toBe(false);
  expect(storm.underWay.size).toBe(0);
});
