import { asyncLock } from "./strategies/async-lock.ts";
import { asyncMutex } from "./strategies/async-mutex.ts";
import { etcd } from "./strategies/etcd.ts";
import { memory } from "./strategies/memory.ts";
import { advisoryLock } from "./strategies/peers/advisory-lock.ts";
import { etcd3Lock } from "./strategies/peers/etcd3-lock.ts";
import { nodeRedlock4 } from "./strategies/peers/node-redlock-4.ts";
import { nodeRedlock5 } from "./strategies/peers/node-redlock-5.ts";
import { pgMutexLock } from "./strategies/peers/pg-mutex-lock.ts";
import { redisSemaphore } from "./strategies/peers/redis-semaphore.ts";
import { redlockUniversal } from "./strategies/peers/redlock-universal.ts";
import { simpleRedisMutex } from "./strategies/peers/simple-redis-mutex.ts";
import { verrou } from "./strategies/peers/verrou.ts";
import { postgres, postgresUnfenced } from "./strategies/postgres.ts";
import { rawEtcd3 } from "./strategies/raw-etcd3.ts";
import { rawIoredis } from "./strategies/raw-ioredis.ts";
import { rawNodeRedis } from "./strategies/raw-node-redis.ts";
import { rawPg } from "./strategies/raw-pg.ts";
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
  postgres,
  postgresUnfenced,
  rawPg,
  etcd,
  rawEtcd3,
  ...nodeRedlock4,
  ...nodeRedlock5,
  ...redlockUniversal,
  ...redisSemaphore,
  ...verrou,
  ...simpleRedisMutex,
  advisoryLock,
  pgMutexLock,
  ...etcd3Lock,
];
