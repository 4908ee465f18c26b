import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { pastDeadlines } from "./outage.ts";
import { anyRedis, onOneRedis } from "./redis-only.ts";

/** As {@link restartedEmpty}, but the server is the same, with scripts loaded and the uptime that it had. */
export const flushedAtRest: Fault = {
  id: "flushed-at-rest",
  about: "an operator cuts everybody off until every lease has ended, and does FLUSHALL",
  side: "backend",
  appliesTo: onOneRedis,
  async inflict(scene) {
    const { server, proxy, clock } = anyRedis(scene);
    await breakFor(scene, {
      ...pastDeadlines(scene),
      begin() {
        proxy.refuse();
        proxy.reset();
      },
      async end() {
        clock?.reset();
        await server.command("FLUSHALL");
        await proxy.heal();
      },
    });
  },
};
