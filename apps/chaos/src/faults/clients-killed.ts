import type { Fault } from "../fault.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

const KILL_COUNT_MAX = 5;

/** The server ends connections between any two bytes; a driver may send its command again. */
export const clientsKilled: Fault = {
  id: "clients-killed",
  about: "an operator ends all clients with CLIENT KILL, up to five times in a row",
  row: 8,
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { random, signal, sleep, note } = scene;
    const { server } = anyRedis(scene);
    await using client = await server.connect();
    const killCount = random.integer(1, KILL_COUNT_MAX);
    note(`${killCount} times`);
    for (let kill = 1; kill <= killCount && !signal.aborted; kill += 1) {
      await client.command("CLIENT", "KILL", "TYPE", "normal");
      await client.command("CLIENT", "KILL", "TYPE", "pubsub");
      await sleep(random.between(5, 250));
    }
  },
};
