import type { LaunchPlan, ServerReach } from "./launch-plan.ts";
import type { PgBouncerOptions } from "./pgbouncer-options.ts";
import { connectPostgres } from "./postgres-client.ts";
import type { ServerKind } from "./server-kind.ts";

export const pgBouncerKind: ServerKind = {
  name: "pgbouncer",
  binary: "pgbouncer",
  folders: () => ["/usr/sbin"],
  debianPackages: ["pgbouncer"],
  image: "edoburu/pgbouncer:v1.24.1-p1",
};

const PROBE_TIMEOUT_MS = 1_000;

/** Writes the configuration, then becomes the pooler, which refuses to be root. */
const START = `
set -eu
program=$1 data=$2 listen=$3 port=$4 target=$5 mode=$6
mkdir -p "$data"
cat >"$data/pgbouncer.ini" <<END
[databases]
* = $target user=postgres
[pgbouncer]
listen_addr = $listen
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = $mode
default_pool_size = 10
END
as=
if [ "$(id -u)" = 0 ]; then
  chmod go+rx "$data/.." "$data"
  as="setpriv --reuid nobody --regid nogroup --clear-groups --pdeathsig keep"
fi
exec $as "$program" "$data/pgbouncer.ini"
`;

/** Turns the options into a command line, a file and a readiness question. */
export function pgBouncerPlan({ server, poolMode }: PgBouncerOptions): LaunchPlan {
  const { host: serverHost, port: serverPort } = server.peerAddress;
  return {
    kind: pgBouncerKind,
    files: { "start.sh": START },
    command: ({ host, port, dataDir, filesDir }, program) => [
      ...["sh", `${filesDir}/start.sh`, program, dataDir, host, String(port)],
      ...[`host=${serverHost} port=${serverPort}`, poolMode],
    ],
    isReady,
  };
}

async function isReady({ host, port }: ServerReach): Promise<boolean> {
  const client = await connectPostgres({ host, port }, PROBE_TIMEOUT_MS);
  try {
    return (await client.query("SELECT 1")).rowCount === 1;
  } finally {
    await client.end();
  }
}
