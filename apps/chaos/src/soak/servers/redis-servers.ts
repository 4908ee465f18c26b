import { type RedisServer, type RespClient, startRedisMany } from "@holdfast/test-servers";
import type { SoakServers } from "./soak-servers.ts";

/**
 * Looks at some of the keys, and tells those that should not be there. What may stay for ever is the fence
 * counter of the server; tombstones, a member's marker and its fence counters may, with a ttl.
 */
const SCAN = `
local page = redis.call('SCAN', ARGV[1], 'COUNT', 2000)
local strangers = {}
for _, key in ipairs(page[2]) do
  local isMortal = redis.call('PTTL', key) >= 0
  local mayStay = key == 'holdfast:fence' or isMortal and
    (key == 'holdfast:member' or key:find('}:f$') or key:find('}:t:[%w_-]+$'))
  if not mayStay then table.insert(strangers, key .. (isMortal and '' or ' without a ttl')) end
end
return {page[1], strangers}`;

/** One server, or the members of a quorum. */
export async function startRedisServers(count: number): Promise<SoakServers> {
  const servers = await startRedisMany(count);
  return {
    urls: servers.map(({ url }) => url),
    leftovers: async () => (await Promise.all(servers.map(leftoversOf))).flat(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function leftoversOf(server: RedisServer): Promise<readonly string[]> {
  await using client = await server.connect();
  const strangers = [...(await strangeKeys(client)), ...(await otherConnections(client))];
  return strangers.map((what) => `redis ${server.port}: ${what}`);
}

async function strangeKeys(client: RespClient): Promise<readonly string[]> {
  const strangers: string[] = [];
  let cursor = "0";
  do {
    const [next, found] = (await client.command("EVAL", SCAN, 0, cursor)) as [string, string[]];
    strangers.push(...found);
    cursor = next;
  } while (cursor !== "0");
  return strangers.map((key) => `key ${key}`);
}

/** Everybody but the one who asks. */
async function otherConnections(client: RespClient): Promise<readonly string[]> {
  const own = String(await client.command("CLIENT", "ID"));
  const list = String(await client.command("CLIENT", "LIST"))
    .trim()
    .split("\n");
  return list
    .filter((line) => !line.startsWith(`id=${own} `))
    .map((line) => `connection ${/cmd=\S+/.exec(line)?.[0] ?? line}`);
}
