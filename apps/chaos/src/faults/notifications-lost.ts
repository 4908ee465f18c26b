import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { onRedis, redisMembers } from "./redis-only.ts";

/** How every pushed message begins, in both versions of the protocol. */
const MESSAGE = "$7\r\nmessage\r\n";

/** Who waits is not told that the lock is his, and finds it out by himself. */
export const notificationsLost: Fault = {
  id: "notifications-lost",
  about: "messages to those that wait are lost, and their connections go deaf; all else works",
  side: "backend",
  appliesTo: onRedis,
  async inflict(scene) {
    // Of a quorum all members: who is the lead for which name is the clients' affair.
    const links = redisMembers(scene).map(({ proxy }) => proxy);
    await breakFor(scene, {
      lastMs: scene.random.between(0.3, 1.5) * scene.ttlMsMax,
      begin() {
        for (const link of links) link.drop("to-client", MESSAGE);
      },
      async end() {
        await Promise.all(links.map((link) => link.heal()));
      },
    });
  },
};
