import { asyncLock } from "./strategies/async-lock.ts";
import { asyncMutex } from "./strategies/async-mutex.ts";
import { memory } from "./strategies/memory.ts";
import { nodeRedlock4 } from "./strategies/peers/node-redlock-4.ts";
import { nodeRedlock5 } from "./strategies/peers/node-redlock-5.ts";
import { redisSemaphore } from "./strategies/peers/redis-semaphore.ts";
import { redlockUniversal } from "./strategies/peers/redlock-universal.ts";
import { simpleRedisMutex } from "./strategies/peers/simple-redis-mutex.ts";
import { verrou } from "./strategies/peers/verrou.ts";
import { rawIoredis } from "./strategies/raw-ioredis.ts";
import { rawNodeRedis } from "./strategies/raw-node-redis.ts";
import { rawQuorum, rawQuorum5 } from "./strategies/raw-quorum.ts";
import { rawQuorum5NodeRedis } from "./strategies/raw-quorum-node-redis.ts";
import { redisIoredis } from "./strategies/redis-ioredis.ts";
import { redisNodeRedis } from "./strategies/redis-node-redis.ts";
import { redlock, redlock5 } from "./strategies/redlock.ts";
import { redlock5NodeRedis } from "./strategies/redlock-node-redis.ts";
import type { Strategy } from "./strategy.ts";

/** Every strategy the benchmark knows, in the order of the report. */
export const strategies: readonly Strategy[] = [
  memory,
  asyncMutex,
  asyncLock,
  redisIoredis,
  rawIoredis,
  redisNodeRedis,
  rawNodeRedis,
  redlock,
  rawQuorum,
  redlock5,
  rawQuorum5,
  redlock5NodeRedis,
  rawQuorum5NodeRedis,
  ...nodeRedlock4,
  ...nodeRedlock5,
  ...redlockUniversal,
  ...redisSemaphore,
  ...verrou,
  ...simpleRedisMutex,
];
