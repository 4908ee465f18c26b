import { LEASE_TTL_MS, type LockClient, NO_ABILITIES, type Strategy } from "../strategy.ts";
import { compareAndDelete } from "./compare-and-delete.ts";
import { requireUrl } from "./require-url.ts";

/** The least that ioredis can do for a safe lock: the limit for every strategy built on it. */
export const rawIoredis: Strategy = {
  id: "raw-ioredis",
  about: "the limit: SET NX PX and an EVALSHA compare-and-delete, straight through ioredis",
  backend: "redis",
  abilities: NO_ABILITIES,
  comparedWith: [],
  waits: false,
  async open(target): Promise<LockClient<string>> {
    const { Redis } = await import("ioredis");
    const client = new Redis(requireUrl(target));
    await client.script("LOAD", compareAndDelete.source);
    let holderCount = 0;
    return {
      async acquire(name, { ttlMs = LEASE_TTL_MS } = {}) {
        const holderId = `${process.pid}-${holderCount++}`;
        const reply = await client.set(name, holderId, "PX", ttlMs, "NX");
        if (reply === null) throw new Error(`${name} is held by another`);
        return holderId;
      },
      release: (name, holderId) => client.evalsha(compareAndDelete.sha1, 1, name, holderId),
      close: async () => client.disconnect(),
    };
  },
};
