import { type PostgresServer, startFaultProxy, startPostgres, until } from "@holdfast/test-servers";
import type { ClockedMember, GroundKind, PostgresGround } from "../ground.ts";
import { connectionsLeft, shown } from "./left.ts";
import { clockFor } from "./server-clock.ts";

/** Of a fleet whose clients hold eight each, and a fault that takes the rest. */
const CONNECTIONS_MAX = 120;
const READY_TIMEOUT_MS = 30_000;
const LEFT = `
  SELECT format('session %s of %s, %s', pid, application_name, state) AS what FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
  UNION ALL
  SELECT format('advisory lock %s:%s of session %s', classid, objid, pid) FROM pg_locks
  WHERE locktype = 'advisory'
  UNION ALL
  SELECT format('prepared transaction %s', gid) FROM pg_prepared_xacts`;

/** One primary server. */
export const postgresGround: GroundKind = {
  backend: "postgres",
  about: "one PostgreSQL server",
  start: () => startPostgresGround(),
};

async function startPostgresGround(): Promise<PostgresGround> {
  const clock = await clockFor("postgres");
  const settings = { max_connections: String(CONNECTIONS_MAX) };
  const server = await startPostgres({ settings, ...(clock && { clock }) });
  const proxy = await startFaultProxy({ target: server });
  const member: ClockedMember<PostgresServer> = { server, proxy, clock };
  return {
    backend: "postgres",
    urls: [`postgres://postgres@${proxy.host}:${proxy.port}/postgres`],
    members: [member],
    ready: () => answers(server),
    leftovers: () => leftOn(member),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.stop();
      clock?.[Symbol.dispose]();
    },
  };
}

async function answers(server: PostgresServer): Promise<void> {
  const select = async (): Promise<boolean> => {
    const rows = await server.query("SELECT 1").catch(() => []);
    return rows.length === 1;
  };
  await until("the Postgres server answers", select, READY_TIMEOUT_MS);
}

async function leftOn({
  server,
  proxy,
}: ClockedMember<PostgresServer>): Promise<readonly string[]> {
  const rows = await server.query(LEFT);
  return shown([...rows.map(({ what }) => String(what)), ...connectionsLeft(proxy)]);
}
