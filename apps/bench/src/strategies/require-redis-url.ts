import type { Target } from "../strategy.ts";

/** The server's URL. A Redis strategy without one is a mistake of the benchmark, not of the user. */
export function requireRedisUrl(target: Target): string {
  const [url] = target.redisUrls;
  if (url === undefined) throw new Error("this strategy needs a Redis server");
  return url;
}
