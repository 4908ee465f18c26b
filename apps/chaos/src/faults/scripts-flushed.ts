import type { Fault } from "../fault.ts";
import { anyRedis, onRedis } from "./redis-only.ts";
import { severalTimes } from "./several-times.ts";

const FLUSHES = { countMax: 50, pauseMs: [1, 40] } as const;

/** What was loaded a moment ago is unknown now. */
export const scriptsFlushed: Fault = {
  id: "scripts-flushed",
  about: "SCRIPT FLUSH between any two commands, up to 50 times",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    await using client = await server.connect();
    await severalTimes(scene, FLUSHES, () => client.command("SCRIPT", "FLUSH"));
  },
};
