import type { RedisServer, RespClient } from "@holdfast/test-servers";
import type { ClockedMember } from "../ground.ts";
import { connectionsLeft, whatStays } from "./what-stays.ts";

/** Kept for long on purpose: fence counters, a member's marker, tombstones. All but the first end by themselves. */
const STAYS_LONG = /^holdfast:(?:turn:)?(?:fence|member|\{[^}]*\}:(?:f|t:.*))$/;
const STAYS_FOR_EVER = "holdfast:fence";
/** A lock ends with its ttl, and the queue of those that died waiting within 12 seconds. */
const SHORT_MS = 30_000;
/** A fence counter of a quorum member, with the ttls of a run: ten minutes. */
const LONG_MS_MAX = 11 * 60_000;

/** What nobody gives back any more: keys, and clients that are still connected. */
export async function redisLeftovers(
  member: ClockedMember<RedisServer>,
): Promise<readonly string[]> {
  await using client = await member.server.connect();
  const soonGone = async (): Promise<readonly string[]> => [
    ...(await keysOf(client)).filter((key) => !STAYS_LONG.test(key)).map((key) => `key ${key}`),
    ...(await clientsOf(client)),
    ...connectionsLeft(member.proxy),
  ];
  return [...(await whatStays(soonGone, SHORT_MS)), ...(await lateKeys(client, member))];
}

/** Keys that are still there when all ttls have passed; without a clock to move, those without a ttl. */
async function lateKeys(
  client: RespClient,
  { clock }: ClockedMember<RedisServer>,
): Promise<readonly string[]> {
  if (clock === undefined) return await endlessKeys(client);
  clock.jump(LONG_MS_MAX);
  try {
    const keys = await keysOf(client);
    return keys.filter((key) => key !== STAYS_FOR_EVER).map((key) => `key ${key}, for ever`);
  } finally {
    clock.reset();
  }
}

async function endlessKeys(client: RespClient): Promise<readonly string[]> {
  const endless: string[] = [];
  for (const key of await keysOf(client)) {
    const ttlMs = Number(await client.command("PTTL", key));
    const isBounded = ttlMs === -2 || (ttlMs >= 0 && ttlMs <= LONG_MS_MAX);
    if (key !== STAYS_FOR_EVER && !isBounded) endless.push(`key ${key}, ttl ${ttlMs} ms`);
  }
  return endless;
}

async function keysOf(client: RespClient): Promise<readonly string[]> {
  return ((await client.command("KEYS", "*")) as readonly unknown[]).map(String);
}

async function clientsOf(client: RespClient): Promise<readonly string[]> {
  const ownId = `id=${await client.command("CLIENT", "ID")} `;
  const lines = String(await client.command("CLIENT", "LIST")).split("\n");
  return lines
    .filter((line) => line.trim() !== "" && !line.startsWith(ownId))
    .map((line) => `client ${line.slice(0, 80)}`);
}
