import type { RedisServer, RespClient } from "@holdfast/test-servers";
import type { ClockedMember } from "../ground.ts";
import { connectionsLeft, shown } from "./left.ts";

/** Kept for long on purpose: fence counters, a member's marker, tombstones. All but the first end by themselves. */
const STAYS_LONG = /^holdfast:(?:turn:)?(?:fence|member|\{[^}]*\}:(?:f|t:.*))$/;
const STAYS_FOR_EVER = "holdfast:fence";
/** A fence counter of a quorum member, with the ttls of a run: ten minutes. */
const LONG_MS_MAX = 11 * 60_000;

/**
 * What nobody gives back any more: keys, and clients that are still connected. Locks and queues of those
 * that were killed end with their ttl, within 12 seconds. When those are gone, the clock of the server is moved to
 * where all other ttls have ended.
 */
export async function redisLeftovers(
  member: ClockedMember<RedisServer>,
): Promise<readonly string[]> {
  await using client = await member.server.connect();
  const soonGone = (await keysOf(client)).filter((key) => !STAYS_LONG.test(key));
  const left = [
    ...soonGone.map((key) => `key ${key}`),
    ...(await clientsOf(client)),
    ...connectionsLeft(member.proxy),
  ];
  return shown(left.length > 0 ? left : await endlessKeys(client, member));
}

/** Keys that are still there when all ttls have passed; without a clock to move, those without a ttl. */
async function endlessKeys(
  client: RespClient,
  { clock }: ClockedMember<RedisServer>,
): Promise<readonly string[]> {
  if (clock === undefined) return await keysWithoutEnd(client);
  clock.jump(LONG_MS_MAX);
  try {
    const keys = await keysOf(client);
    return keys.filter((key) => key !== STAYS_FOR_EVER).map((key) => `key ${key}, for ever`);
  } finally {
    clock.reset();
  }
}

async function keysWithoutEnd(client: RespClient): Promise<readonly string[]> {
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
