export type {
  IoredisClient,
  IoredisSubscriber,
  NodeRedisClient,
  NodeRedisSubscriber,
  RedisClient,
  RedisDriver,
} from "./redis-client.ts";
export type {
  RedisClientOptions,
  RedisCommonOptions,
  RedisOptions,
  RedisUrlOptions,
} from "./redis-options.ts";
export { type RedisProvider, redis } from "./redis-provider.ts";
