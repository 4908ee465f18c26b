import { LEASE_TTL_MS, type LockClient, NO_ABILITIES, type Strategy } from "../strategy.ts";
import { compareAndDelete } from "./compare-and-delete.ts";
import { requireUrl } from "./require-url.ts";

/**
 * node-redis makes an AbortSignal for every command's timeout, which costs about half of a command. A
 * limit does without; so does Holdfast, which has a timeout of its own.
 */
export const NO_TIMEOUT: { readonly timeout: 0 } = { timeout: 0 };

/** The least that node-redis can do for a safe lock: the limit for every strategy built on it. */
export const rawNodeRedis: Strategy = {
  id: "raw-node-redis",
  about: "the limit: SET NX PX and an EVALSHA compare-and-delete, straight through node-redis",
  backend: "redis",
  abilities: NO_ABILITIES,
  comparedWith: [],
  waits: false,
  async open(target): Promise<LockClient<string>> {
    const { createClient } = await import("redis");
    const client = createClient({ url: requireUrl(target), commandOptions: NO_TIMEOUT });
    client.on("error", reportToStderr);
    await client.connect();
    await client.scriptLoad(compareAndDelete.source);
    let holderCount = 0;
    return {
      async acquire(name, { ttlMs = LEASE_TTL_MS } = {}) {
        const holderId = `${process.pid}-${holderCount++}`;
        const reply = await client.set(name, holderId, {
          expiration: { type: "PX", value: ttlMs },
          condition: "NX",
        });
        if (reply === null) throw new Error(`${name} is held by another`);
        return holderId;
      },
      release: (name, holderId) =>
        client.evalSha(compareAndDelete.sha1, { keys: [name], arguments: [holderId] }),
      close: async () => client.destroy(),
    };
  },
};

/** Without a listener node-redis ends the process; the failing command tells the story anyway. */
export function reportToStderr(error: Error): void {
  console.error(`node-redis: ${error.message}`);
}
