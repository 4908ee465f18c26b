import { redisGround } from "../src/grounds/redis.ts";
import { describeBites } from "./bite-cases.ts";
import { redisBites } from "./bites-redis.ts";

await describeBites({ kind: redisGround, servers: "redis", ttlMsMax: 1_000, bites: redisBites });
