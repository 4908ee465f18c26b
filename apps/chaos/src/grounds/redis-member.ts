import { type RedisServer, startFaultProxy, startRedis, until } from "@holdfast/test-servers";
import type { ClockedMember } from "../ground.ts";
import { clockFor } from "./server-clock.ts";

const READY_TIMEOUT_MS = 10_000;

/** Starts a server that keeps what it acknowledged, over crashes too, and its proxy. */
export async function startRedisMember(): Promise<ClockedMember<RedisServer>> {
  const clock = await clockFor("redis");
  const server = await startRedis({ persistence: "always", ...(clock && { clock }) });
  return { server, proxy: await startFaultProxy({ target: server }), clock };
}

export async function stopRedisMember(member: ClockedMember<RedisServer>): Promise<void> {
  await member.proxy.close();
  await member.server.stop();
  member.clock?.[Symbol.dispose]();
}

/** Resolves when the server answers; asked past the proxy. */
export async function redisAnswers({ server }: ClockedMember<RedisServer>): Promise<void> {
  const ping = async (): Promise<boolean> => {
    const reply = await server.command("PING").catch(() => undefined);
    return reply === "PONG";
  };
  await until("the Redis server answers", ping, READY_TIMEOUT_MS);
}
