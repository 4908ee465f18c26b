import type { Fault } from "../fault.ts";
import { anyRedis, onRedis } from "./redis-only.ts";
import { severalTimes } from "./several-times.ts";

const KILLS = { countMax: 5, pauseMs: [5, 250] } as const;

/** The server ends connections between any two bytes; a driver may send its command again. */
export const clientsKilled: Fault = {
  id: "clients-killed",
  about: "an operator ends all clients with CLIENT KILL, up to five times in a row",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    await using client = await server.connect();
    await severalTimes(scene, KILLS, async () => {
      await client.command("CLIENT", "KILL", "TYPE", "normal");
      await client.command("CLIENT", "KILL", "TYPE", "pubsub");
    });
  },
};
