import type { Fault } from "../fault.ts";

const ROUND_COUNT_MAX = 20;

/** Whatever step each of them is at. */
export const acquiresAborted: Fault = {
  id: "acquires-aborted",
  about: "every acquire that is under way is aborted, in all processes, up to 20 times",
  row: 30,
  side: "fleet",
  appliesTo: () => true,
  async inflict({ fleet, random, signal, sleep, note }) {
    const roundCount = random.integer(1, ROUND_COUNT_MAX);
    note(`${roundCount} times`);
    for (let round = 1; round <= roundCount && !signal.aborted; round += 1) {
      for (let index = 0; index < fleet.size; index += 1) fleet.abort(index);
      await sleep(random.between(1, 100));
    }
  },
};
