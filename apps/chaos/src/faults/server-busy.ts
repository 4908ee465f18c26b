import { until } from "@holdfast/test-servers";
import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

/** Until then the server only stands still; from then on it answers BUSY. */
const BUSY_AFTER_MS = 20;

/** Somebody's script does not end. */
export const serverBusy: Fault = {
  id: "server-busy",
  about: "a script of somebody else does not end (BUSY), until SCRIPT KILL",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    await server.command("CONFIG", "SET", "lua-time-limit", BUSY_AFTER_MS);
    await using client = await server.connect({ timeoutMs: 2 * 60_000 });
    let hasEnded = false;
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1) * scene.ttlMsMax,
      begin() {
        const running = client.command("EVAL", "while true do end", 0).catch(() => undefined);
        void running.then(() => {
          hasEnded = true;
        });
      },
      async end() {
        // Before the server is busy there is nothing to kill yet.
        await until("the script has ended", async () => {
          await server.command("SCRIPT", "KILL").catch(() => undefined);
          return hasEnded;
        });
      },
    });
  },
};
