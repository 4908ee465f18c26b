import type { Lease } from "@holdfast/core";
import type { LockClient, Strategy, Target } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";
import { locksOverMembers, REDLOCK_ABILITIES } from "./locks-over-members.ts";

/** Holdfast over a quorum of three Redis servers. */
export const redlock: Strategy = {
  ...overServers("redlock", 3, "raw-quorum"),
  packageName: "@holdfast/redlock",
};

/** Holdfast over a quorum of five. */
export const redlock5: Strategy = overServers("redlock-5", 5, "raw-quorum-5");

function overServers(id: string, servers: number, limit: string): Strategy {
  return {
    id,
    about: `Holdfast over a quorum of ${servers} Redis servers, through ioredis`,
    backend: "redis",
    abilities: REDLOCK_ABILITIES,
    servers,
    comparedWith: [limit],
    handsOffLocally: true,
    waits: true,
    open,
  };
}

async function open(target: Target): Promise<LockClient<Lease>> {
  const { Redis } = await import("ioredis");
  const clients = target.urls.map((url) => new Redis(url));
  // A member that is down is what two scenarios are about; ioredis connects again by itself.
  for (const client of clients) client.on("error", () => {});
  const locks = await locksOverMembers(clients, target);
  return clientOfLocks(locks, () => {
    for (const client of clients) client.disconnect();
  });
}
