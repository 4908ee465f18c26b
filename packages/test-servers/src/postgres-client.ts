import type { Client } from "pg";
import type { ServerAddress } from "./launch-plan.ts";

/** Opens a connection as the superuser, over which no call takes longer than `timeoutMs`. */
export async function connectPostgres(
  { host, port }: ServerAddress,
  timeoutMs: number,
): Promise<Client> {
  // Loaded only where a Postgres is started.
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    ...{ host, port, user: "postgres", database: "postgres", ssl: false },
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // A server that is killed ends the connection; the call that was under way rejects.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => {});
    throw cause;
  }
}
