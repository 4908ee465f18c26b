import type { Fault } from "../fault.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

/** Everything is forgotten in the middle of work. */
export const flushed: Fault = {
  id: "flushed",
  about: "an operator does FLUSHALL",
  side: "backend",
  leftOut:
    "a flushed server forgets locks that are held, as does a member of a quorum that one was on by a bare majority",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    await server.command("FLUSHALL");
  },
};
