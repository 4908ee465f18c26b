import type { GroundKind, RedisGround } from "../ground.ts";
import { redisLeftovers } from "./redis-leftovers.ts";
import { redisAnswers, startRedisMember, stopRedisMember } from "./redis-member.ts";

/** The smallest quorum that bears a member without an answer. */
const MEMBER_COUNT = 3;

/** Independent servers, a majority of which decides. */
export const redlockGround: GroundKind = {
  backend: "redlock",
  about: `${MEMBER_COUNT} independent Redis servers`,
  start: () => startRedlockGround(),
};

async function startRedlockGround(): Promise<RedisGround> {
  const starts = Array.from({ length: MEMBER_COUNT }, () => startRedisMember());
  const members = await Promise.all(starts);
  return {
    backend: "redlock",
    urls: members.map(({ proxy }) => `redis://${proxy.host}:${proxy.port}`),
    members,
    async ready() {
      await Promise.all(members.map(redisAnswers));
    },
    async leftovers() {
      const left = await Promise.all(members.map(redisLeftovers));
      return left.flatMap((found, index) => found.map((what) => `member ${index + 1}: ${what}`));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(stopRedisMember));
    },
  };
}
