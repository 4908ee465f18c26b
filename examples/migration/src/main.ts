/**
 * A migration that runs once, and a table that refuses late writes, over a real PostgreSQL server
 * (`POSTGRES_URL`). Two clients stand for two hosts. Both want to migrate; the lock lets one do it. Then the
 * session of the one that writes is ended, as a failover does. It is told, but a write that was on its way
 * comes all the same: the table refuses it, because its fencing token is smaller than one that it has seen.
 *
 * Prints:
 *   the migration ran once
 *   host A is told: LEASE_LOST
 *   host B writes: accepted
 *   host A writes late: refused
 *   the price is by host B
 */
import { once } from "node:events";
import { createLocks, LockError } from "@holdfast/core";
import { postgres } from "@holdfast/postgres";
import pg from "pg";
import { Prices } from "./prices.ts";

const url = process.env["POSTGRES_URL"];
if (url === undefined) {
  console.error("Set POSTGRES_URL, for example to postgres://postgres@127.0.0.1:5432/postgres");
  process.exit(2);
}

const pool = new pg.Pool({ connectionString: url });
const prices = new Prices(pool);
const hostA = createLocks({ provider: postgres({ url, applicationName: "host A" }) });
const hostB = createLocks({ provider: postgres({ url, applicationName: "host B" }) });

const migrate = (locks: typeof hostA): Promise<boolean> =>
  locks.using("migrations/shop", () => prices.create());
const ran = await Promise.all([migrate(hostA), migrate(hostB)]);
console.log(ran.filter(Boolean).length === 1 ? "the migration ran once" : "it ran more than once");

const lease = await hostA.acquire("prices/tea");
const told = once(lease.signal, "abort");
await pool.query(
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'host A'",
);
await told;
const { reason } = lease.signal;
console.log(`host A is told: ${LockError.is(reason) ? reason.code : reason}`);

await hostB.using("prices/tea", async ({ fencingToken }) => {
  console.log(`host B writes: ${await prices.write("host B", fencingToken)}`);
});
// It should have stopped when it was told. This is the write that had left before.
console.log(`host A writes late: ${await prices.write("host A", lease.fencingToken)}`);
console.log(`the price is by ${await prices.author()}`);

await Promise.all([hostA.close(), hostB.close(), pool.end()]);
