import { type RedisServer, startFaultProxy, startRedis, until } from "@holdfast/test-servers";
import type { GroundKind, Member, RedisGround } from "../ground.ts";

/** Holdfast's and everybody's keys that stay by design: fence counters, a member's marker, tombstones. */
const STAYS = /^holdfast:(?:turn:)?(?:fence|member|\{[^}]*\}:(?:f|t:.*))$/;
const READY_TIMEOUT_MS = 10_000;
/** More of them say nothing new. */
const KEYS_SHOWN_MAX = 10;

/** One server that keeps what it acknowledged, over crashes too. */
export const redisGround: GroundKind = {
  backend: "redis",
  about: "one Redis server that writes through to its disk (appendfsync always)",
  start: () => startRedisGround(),
};

async function startRedisGround(): Promise<RedisGround> {
  const server = await startRedis({ persistence: "always" });
  const proxy = await startFaultProxy({ target: server });
  const members: readonly Member<RedisServer>[] = [{ server, proxy }];
  return {
    backend: "redis",
    urls: [`redis://${proxy.host}:${proxy.port}`],
    members,
    ready: () => answers(server),
    leftovers: () => keysLeft(server),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.stop();
    },
  };
}

async function answers(server: RedisServer): Promise<void> {
  const ping = async (): Promise<boolean> => {
    const reply = await server.command("PING").catch(() => undefined);
    return reply === "PONG";
  };
  await until("the Redis server answers", ping, READY_TIMEOUT_MS);
}

async function keysLeft(server: RedisServer): Promise<readonly string[]> {
  const keys = (await server.command("KEYS", "*")) as readonly unknown[];
  const left = keys.map(String).filter((key) => !STAYS.test(key));
  const shown = left.slice(0, KEYS_SHOWN_MAX).map((key) => `key ${key}`);
  const more = left.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more keys`] : shown;
}
