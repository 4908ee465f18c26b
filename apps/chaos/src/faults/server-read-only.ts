import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

/** Nobody listens on port 1: the server becomes a replica and keeps what it has. */
const NOBODY = ["127.0.0.1", 1] as const;

/** As during a failover that was called off. */
export const serverReadOnly: Fault = {
  id: "server-read-only",
  about: "the server is made a replica (READONLY, or MASTERDOWN), and a primary again",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { random, note, ttlMsMax } = scene;
    const { server } = anyRedis(scene);
    const answersReads = random.chance(0.5);
    note(answersReads ? "READONLY" : "MASTERDOWN");
    await breakFor(scene, {
      lastMs: random.between(0.1, 1.5) * ttlMsMax,
      async begin() {
        const stale = answersReads ? "yes" : "no";
        await server.command("CONFIG", "SET", "replica-serve-stale-data", stale);
        await server.command("REPLICAOF", ...NOBODY);
      },
      async end() {
        await server.command("REPLICAOF", "NO", "ONE");
      },
    });
  },
};
