import type { Fault } from "../fault.ts";
import { abstention } from "./outage.ts";
import { anyRedis, onRedlock } from "./redis-only.ts";

/** It would vote for a second holder, so it must not vote until every lease has ended that it may have known. */
export const memberRestartedEmpty: Fault = {
  id: "member-restarted-empty",
  about: "a member is killed and at once started again without its data",
  side: "backend",
  appliesTo: onRedlock,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    await server.restart({ keepData: false });
    await scene.sleep(abstention(scene));
  },
};
