import type { DelayTraits } from "../world/link.ts";
import type { Scenario } from "./scenario.ts";

const DELAY_MS_MIN = 0.05;

/** The network of a run while nothing is wrong with it. */
export function calm({ delayMsMax }: Scenario): DelayTraits {
  return { msMin: DELAY_MS_MIN, msMax: delayMsMax, spikeChance: 0, spikeMsMax: 0 };
}
