import type { RedisServer } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import type { ClockedMember, Ground, RedisGround } from "../ground.ts";
import { anyMember } from "./victims.ts";

/** Whether its servers are Redis: one, or the members of a quorum. */
export function onRedis(ground: Ground): ground is RedisGround {
  return ground.backend === "redis" || ground.backend === "redlock";
}

export function onOneRedis({ backend }: Ground): boolean {
  return backend === "redis";
}

export function onRedlock({ backend }: Ground): boolean {
  return backend === "redlock";
}

/** The members of a scene that has a fault of Redis. */
export function redisMembers({ ground }: Scene): readonly ClockedMember<RedisServer>[] {
  if (!onRedis(ground)) throw new Error(`${ground.backend} has no Redis server`);
  return ground.members;
}

/** One of them. */
export function anyRedis(scene: Scene): ClockedMember<RedisServer> {
  const victim = anyMember(scene);
  const member = redisMembers(scene).find(({ server }) => server === victim.server);
  if (member === undefined) throw new Error("the ground has no member");
  return member;
}
