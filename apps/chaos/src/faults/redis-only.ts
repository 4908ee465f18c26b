import type { RedisServer } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import type { ClockedMember, Ground, RedisGround } from "../ground.ts";
import { anyMember } from "./victims.ts";

/** Whether its servers are Redis. */
export function isOnRedis(ground: Ground): ground is RedisGround {
  return ground.backend === "redis" || ground.backend === "redlock";
}

/** For faults of Redis, on one server or on a member of a quorum. */
export function onRedis(ground: Ground): boolean | string {
  return isOnRedis(ground) || "it is a fault of Redis";
}

/** For faults that a quorum has in another form, or not at all. */
export function onOneRedis({ backend }: Ground): boolean | string {
  return backend === "redis" || "it is a fault of one Redis server";
}

export function onRedlock({ backend }: Ground): boolean | string {
  return backend === "redlock" || "it is a fault of a quorum";
}

/** The members of a scene that has a fault of Redis. */
export function redisMembers({ ground }: Scene): readonly ClockedMember<RedisServer>[] {
  if (!isOnRedis(ground)) throw new Error(`${ground.backend} has no Redis server`);
  return ground.members;
}

/** One of them. */
export function anyRedis(scene: Scene): ClockedMember<RedisServer> {
  const victim = anyMember(scene);
  const member = redisMembers(scene).find(({ server }) => server === victim.server);
  if (member === undefined) throw new Error("the ground has no member");
  return member;
}
