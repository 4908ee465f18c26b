import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { pastDeadlines } from "./outage.ts";
import { anyRedis, onOneRedis } from "./redis-only.ts";

/**
 * Everything is forgotten, the fence counter too, when nobody relies on a lock any more: what is left to go
 * wrong are tokens, and those who come back.
 */
export const restartedEmpty: Fault = {
  id: "restarted-empty",
  about: "the server is killed, away until every lease has ended, and back without its data",
  side: "backend",
  appliesTo: onOneRedis,
  async inflict(scene) {
    const { server, clock } = anyRedis(scene);
    await breakFor(scene, {
      ...pastDeadlines(scene),
      begin: () => server.kill(),
      async end() {
        // A new machine has the right time. A clock that was behind would repeat tokens.
        clock?.reset();
        await server.restart({ keepData: false });
      },
    });
  },
};
