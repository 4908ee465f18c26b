import { randomBytes } from "node:crypto";
import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { anyRedis, onRedis } from "./redis-only.ts";

const PASSWORD_BYTES = 16;

/** Those that are connected go on; those that connect are told NOAUTH. */
export const passwordDemanded: Fault = {
  id: "password-demanded",
  about: "the server demands a password that nobody has, and ends all clients (NOAUTH)",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    const { server } = anyRedis(scene);
    const password = randomBytes(PASSWORD_BYTES).toString("hex");
    await using client = await server.connect();
    await breakFor(scene, {
      lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax,
      async begin() {
        await client.command("CONFIG", "SET", "requirepass", password);
        await client.command("CLIENT", "KILL", "TYPE", "normal");
        await client.command("CLIENT", "KILL", "TYPE", "pubsub");
      },
      async end() {
        await client.command("CONFIG", "SET", "requirepass", "");
      },
    });
  },
};
