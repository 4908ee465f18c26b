import type { Fault } from "../fault.ts";
import { abstention } from "./outage.ts";
import { onRedlock, redisMembers } from "./redis-only.ts";

/** A power cut: nobody knows anything, and nobody votes until every lease has ended. */
export const membersRestartedEmpty: Fault = {
  id: "members-restarted-empty",
  about: "all members are killed and at once started again without their data",
  side: "backend",
  appliesTo: onRedlock,
  async inflict(scene) {
    const restarts = redisMembers(scene).map(({ server }) => server.restart({ keepData: false }));
    await Promise.all(restarts);
    await scene.sleep(abstention(scene));
  },
};
