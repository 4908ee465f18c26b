import type { Lease } from "@holdfast/core";
import type { LockClient, Strategy, Target } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";
import { locksOverMembers, REDLOCK_ABILITIES } from "./locks-over-members.ts";

/** Holdfast over a quorum of five Redis servers through node-redis. */
export const redlock5NodeRedis: Strategy = {
  id: "redlock-5-node-redis",
  about: "Holdfast over a quorum of 5 Redis servers, through node-redis",
  backend: "redis",
  abilities: REDLOCK_ABILITIES,
  servers: 5,
  comparedWith: ["raw-quorum-5-node-redis"],
  handsOffLocally: true,
  waits: true,
  open,
};

async function open(target: Target): Promise<LockClient<Lease>> {
  const { createClient } = await import("redis");
  const clients = target.urls.map((url) => createClient({ url }));
  // A member that is down is what two scenarios are about; node-redis connects again by itself.
  for (const client of clients) client.on("error", () => {});
  await Promise.all(clients.map((client) => client.connect()));
  const locks = await locksOverMembers(clients, target);
  return clientOfLocks(locks, () => {
    for (const client of clients) client.destroy();
  });
}
