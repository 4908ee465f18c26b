import {
  LEASE_TTL_MS,
  type LockClient,
  NO_ABILITIES,
  type Strategy,
  type Target,
} from "../strategy.ts";
import { atMajority } from "./at-majority.ts";
import { compareAndDelete } from "./compare-and-delete.ts";

/** The least that ioredis can do for a lock over three servers. */
export const rawQuorum: Strategy = overServers("raw-quorum", 3);

/** The same over five servers. */
export const rawQuorum5: Strategy = overServers("raw-quorum-5", 5);

function overServers(id: string, servers: number): Strategy {
  return {
    id,
    about: `the limit: raw-ioredis on ${servers} servers at once, settled by the majority`,
    backend: "redis",
    abilities: { ...NO_ABILITIES, quorum: true },
    servers,
    comparedWith: [],
    waits: false,
    open,
  };
}

async function open({ urls }: Target): Promise<LockClient<string>> {
  const { Redis } = await import("ioredis");
  const clients = urls.map((url) => new Redis(url));
  await Promise.all(clients.map((client) => client.script("LOAD", compareAndDelete.source)));
  let holderCount = 0;
  return {
    async acquire(name, { ttlMs = LEASE_TTL_MS } = {}) {
      const holderId = `${process.pid}-${holderCount++}`;
      const replies = clients.map((client) => client.set(name, holderId, "PX", ttlMs, "NX"));
      if (!(await atMajority(replies, "OK"))) throw new Error(`${name} is held by another`);
      return holderId;
    },
    release: (name, holderId) =>
      atMajority(
        clients.map((client) => client.evalsha(compareAndDelete.sha1, 1, name, holderId)),
        1,
      ),
    close: async () => {
      for (const client of clients) client.disconnect();
    },
  };
}
