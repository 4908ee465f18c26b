import type { GroundKind } from "./ground.ts";
import { etcdGround } from "./grounds/etcd.ts";
import { postgresGround } from "./grounds/postgres.ts";
import { redisGround } from "./grounds/redis.ts";
import { redlockGround } from "./grounds/redlock.ts";

/** Every ground, in the order of `--list`. */
export const grounds: readonly GroundKind[] = [
  redisGround,
  redlockGround,
  postgresGround,
  etcdGround,
];
