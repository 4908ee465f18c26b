import type { GroundKind } from "./ground.ts";
import { redisGround } from "./grounds/redis.ts";

/** Every ground, in the order of `--list`. */
export const grounds: readonly GroundKind[] = [redisGround];
