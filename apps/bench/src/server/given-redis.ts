import { createClient } from "redis";
import type { GivenKind } from "./given-kind.ts";

const CONNECT_MS_MAX = 5_000;
/** Keys looked at in one step: short enough not to be noticed by others. */
const SCAN_COUNT = 1_000;
/** Passes over all keys. A command that was under way when its client ended may still write. */
const PASS_COUNT_MAX = 3;

type Client = ReturnType<typeof clientTo>;

/** A Redis server of the user. */
export const givenRedis: GivenKind = {
  backend: "redis",
  program: "redis-server",
  versionOf: (url) =>
    withClient(url, async (client) => {
      // Whoever may not look for keys could not remove them either: better known before than after.
      await client.scan("0", { COUNT: 1 });
      return /^redis_version:(\S+)/m.exec(await client.info("server"))?.[1] ?? "unknown";
    }),
  removeKeys: (url, part) =>
    withClient(url, async (client) => {
      let removed = 0;
      for (let pass = 0; pass < PASS_COUNT_MAX; pass += 1) {
        const found = await removeOnce(client, part);
        removed += found;
        if (found === 0) break;
      }
      return removed;
    }),
};

async function removeOnce(client: Client, part: string): Promise<number> {
  let removed = 0;
  for await (const keys of client.scanIterator({ MATCH: `*${part}*`, COUNT: SCAN_COUNT })) {
    if (keys.length > 0) removed += await client.unlink(keys);
  }
  return removed;
}

function clientTo(url: string) {
  const client = createClient({
    url,
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_MS_MAX },
  });
  // Whatever ends the connection rejects the command that waits for it.
  return client.on("error", () => {});
}

async function withClient<Value>(
  url: string,
  work: (client: Client) => Promise<Value>,
): Promise<Value> {
  const client = clientTo(url);
  try {
    await client.connect();
    return await work(client);
  } finally {
    if (client.isOpen) client.destroy();
  }
}
