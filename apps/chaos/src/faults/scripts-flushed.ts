import type { Fault } from "../fault.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

const FLUSH_COUNT_MAX = 50;

/** What was loaded a moment ago is unknown now. */
export const scriptsFlushed: Fault = {
  id: "scripts-flushed",
  about: "SCRIPT FLUSH between any two commands, up to 50 times",
  row: 10,
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { random, signal, sleep, note } = scene;
    const { server } = anyRedis(scene);
    await using client = await server.connect();
    const flushCount = random.integer(1, FLUSH_COUNT_MAX);
    note(`${flushCount} times`);
    for (let flush = 1; flush <= flushCount && !signal.aborted; flush += 1) {
      await client.command("SCRIPT", "FLUSH");
      await sleep(random.between(1, 40));
    }
  },
};
