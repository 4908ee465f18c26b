import { postgresGround } from "../src/grounds/postgres.ts";
import { describeBites } from "./bite-cases.ts";
import { postgresBites } from "./bites-postgres.ts";

await describeBites({
  kind: postgresGround,
  servers: "postgres",
  ttlMsMax: 1_000,
  bites: postgresBites,
});
