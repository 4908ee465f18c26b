import { launchServer } from "./launch-server.ts";
import type { PgBouncerOptions } from "./pgbouncer-options.ts";
import { pgBouncerPlan } from "./pgbouncer-plan.ts";
import { PostgresServer } from "./postgres-server.ts";

/** Starts a pooler in front of a Postgres server, which looks like that server. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PostgresServer> {
  return new PostgresServer(await launchServer(pgBouncerPlan(options)));
}
