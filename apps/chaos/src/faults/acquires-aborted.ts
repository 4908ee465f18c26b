import type { Fault } from "../fault.ts";
import { severalTimes } from "./several-times.ts";

const ROUNDS = { countMax: 20, pauseMs: [1, 100] } as const;

/** Whatever step each of them is at. */
export const acquiresAborted: Fault = {
  id: "acquires-aborted",
  about: "every acquire that is under way is aborted, in all processes, up to 20 times",
  side: "fleet",
  appliesTo: () => true,
  async inflict(scene) {
    const { fleet } = scene;
    await severalTimes(scene, ROUNDS, () => {
      for (let index = 0; index < fleet.size; index += 1) fleet.abort(index);
    });
  },
};
