import type { Fault } from "../fault.ts";
import { anyRedis, onOneRedis } from "./redis-only.ts";

/** A server without persistence. */
export const dataLost: Fault = {
  id: "data-lost",
  about: "the server is killed and at once started again without its data",
  side: "backend",
  leftOut: "a server that forgets a lock grants it again, and its holder learns it at a renewal",
  appliesTo: onOneRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    await server.restart({ keepData: false });
  },
};
