import type { GroundKind, RedisGround } from "../ground.ts";
import { redisLeftovers } from "./redis-leftovers.ts";
import { redisAnswers, startRedisMember, stopRedisMember } from "./redis-member.ts";

/** One server that keeps what it acknowledged, over crashes too. */
export const redisGround: GroundKind = {
  backend: "redis",
  about: "one Redis server that writes through to its disk (appendfsync always)",
  start: () => startRedisGround(),
};

async function startRedisGround(): Promise<RedisGround> {
  const member = await startRedisMember();
  return {
    backend: "redis",
    urls: [`redis://${member.proxy.host}:${member.proxy.port}`],
    members: [member],
    ready: () => redisAnswers(member),
    leftovers: () => redisLeftovers(member),
    [Symbol.asyncDispose]: () => stopRedisMember(member),
  };
}
