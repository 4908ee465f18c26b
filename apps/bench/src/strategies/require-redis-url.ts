import type { Target } from "../strategy.ts";

/** The server's URL. A Redis strategy without one is a mistake of the benchmark, not of the user. */
export function requireRedisUrl(target: Target): string {
  if (target.redisUrl === undefined) throw new Error("this strategy needs a Redis server");
  return target.redisUrl;
}
