import type { RedisOptions } from "./redis-options.ts";
import type { RedisServer } from "./redis-server.ts";
import { startRedis } from "./start-redis.ts";

/** Enough for any quorum worth testing; more is a mistake in the arguments. */
const SERVER_COUNT_MAX = 16;

/** Starts `serverCount` independent servers with the same options, all of them or none. */
export async function startRedisMany(
  serverCount: number,
  options: RedisOptions = {},
): Promise<readonly RedisServer[]> {
  if (!Number.isInteger(serverCount) || serverCount < 1 || serverCount > SERVER_COUNT_MAX) {
    throw new RangeError(`serverCount is ${serverCount}, wanted 1 to ${SERVER_COUNT_MAX}`);
  }
  const starts = Array.from({ length: serverCount }, () => startRedis(options));
  const results = await Promise.allSettled(starts);
  const servers = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : [],
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return servers;
  await Promise.all(servers.map((server) => server.stop()));
  throw failure.reason;
}
