import type { Fault } from "../fault.ts";

/** In all processes together. */
const WAITERS_MIN = 100;
const WAITERS_MAX = 300;

/**
 * Everybody wants the same: queues in the processes and on the server, retries of those that poll, split votes
 * on a quorum. Most give up soon, in the middle of whatever they are at.
 */
export const crowdGathered: Fault = {
  id: "crowd-gathered",
  about: `${WAITERS_MIN} to ${WAITERS_MAX} extra acquires of one name at once, most of which soon give up`,
  side: "fleet",
  appliesTo: () => true,
  async inflict({ fleet, random, ttlMsMax, sleep, note }) {
    const waiterCount = random.integer(WAITERS_MIN, WAITERS_MAX);
    const name = random.pick(fleet.names);
    const waitMsMax = Math.round(random.between(0.05, 0.5) * ttlMsMax);
    note(`${waiterCount} of ${name}, for ${waitMsMax} ms at most`);
    for (let index = 0; index < fleet.size; index += 1) {
      fleet.gather(index, { name, waiterCount: Math.ceil(waiterCount / fleet.size), waitMsMax });
    }
    await sleep(waitMsMax);
  },
};
