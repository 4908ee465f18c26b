import { redlockGround } from "../src/grounds/redlock.ts";
import { describeBites } from "./bite-cases.ts";
import { redlockBites } from "./bites-redis.ts";

await describeBites({
  kind: redlockGround,
  servers: "redis",
  ttlMsMax: 1_000,
  bites: redlockBites,
});
