import { type PostgresServer, startPostgres } from "@holdfast/test-servers";
import type { SoakServers } from "./soak-servers.ts";

const LOCKS = `
SELECT 'advisory lock of session ' || pid || CASE WHEN granted THEN '' ELSE ', waiting' END AS what
FROM pg_locks WHERE locktype = 'advisory'`;
const SESSIONS = `
SELECT 'session of ' || coalesce(application_name, '') || ', ' || coalesce(state, '') AS what
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

export async function startPostgresServers(): Promise<SoakServers> {
  const server = await startPostgres({ settings: { max_connections: "100" } });
  return {
    urls: [server.url],
    leftovers: () => leftoversOf(server),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function leftoversOf(server: PostgresServer): Promise<readonly string[]> {
  const rows = [...(await server.query(LOCKS)), ...(await server.query(SESSIONS))];
  return rows.map(({ what }) => `postgres: ${what}`);
}
