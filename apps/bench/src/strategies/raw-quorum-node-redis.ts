import {
  LEASE_TTL_MS,
  type LockClient,
  NO_ABILITIES,
  type Strategy,
  type Target,
} from "../strategy.ts";
import { atMajority } from "./at-majority.ts";
import { compareAndDelete } from "./compare-and-delete.ts";
import { NO_TIMEOUT, reportToStderr } from "./raw-node-redis.ts";

/** The least that node-redis can do for a lock over five servers. */
export const rawQuorum5NodeRedis: Strategy = {
  id: "raw-quorum-5-node-redis",
  about: "the limit: raw-node-redis on 5 servers at once, settled by the majority",
  backend: "redis",
  abilities: { ...NO_ABILITIES, quorum: true },
  servers: 5,
  comparedWith: [],
  waits: false,
  open,
};

async function open({ urls }: Target): Promise<LockClient<string>> {
  const { createClient } = await import("redis");
  const clients = urls.map((url) => createClient({ url, commandOptions: NO_TIMEOUT }));
  for (const client of clients) client.on("error", reportToStderr);
  await Promise.all(clients.map((client) => client.connect()));
  await Promise.all(clients.map((client) => client.scriptLoad(compareAndDelete.source)));
  let holderCount = 0;
  return {
    async acquire(name, { ttlMs = LEASE_TTL_MS } = {}) {
      const holderId = `${process.pid}-${holderCount++}`;
      const replies = clients.map((client) =>
        client.set(name, holderId, { expiration: { type: "PX", value: ttlMs }, condition: "NX" }),
      );
      if (!(await atMajority(replies, "OK"))) throw new Error(`${name} is held by another`);
      return holderId;
    },
    release(name, holderId) {
      const operands = { keys: [name], arguments: [holderId] };
      return atMajority(
        clients.map((client) => client.evalSha(compareAndDelete.sha1, operands)),
        1,
      );
    },
    close: async () => {
      for (const client of clients) client.destroy();
    },
  };
}
