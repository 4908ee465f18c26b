import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Certificate } from "./certificate.ts";
import type { LaunchPlan, ServerPlace, ServerReach } from "./launch-plan.ts";
import { connectPostgres } from "./postgres-client.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { withClock } from "./server-clock.ts";
import type { ServerKind } from "./server-kind.ts";

/** Debian has a folder for each major version, none of them on PATH. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";

export const postgresKind: ServerKind = {
  name: "postgres",
  binary: "postgres",
  folders: debianFolders,
  debianPackages: ["postgresql"],
  image: "postgres:15",
};

/** Longest single question to a server that starts; short, because it is asked again. */
const PROBE_TIMEOUT_MS = 1_000;

/** The line of `postmaster.pid` that names the shared memory: its key and its id. */
const SHARED_MEMORY_LINE = 6;

/**
 * Makes the data directory when there is none, then becomes the server, with the same pid. The server
 * refuses to run as root, so root hands its data over to `nobody`, and itself: `keep` lets the server
 * die with its parent even so.
 */
const START = `
set -eu
program=$1 data=$2 primary=$3
shift 3
files=$(dirname "$0")
folder=$(dirname "$(readlink -f "$(command -v "$program")")")
as=
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data"
  chmod 700 "$data"
  chown nobody "$data"
  chmod go+x "$data/.."
  as="setpriv --reuid nobody --regid nogroup --clear-groups --pdeathsig keep"
fi
if [ -n "$primary" ] && ! [ -s "$data/PG_VERSION" ]; then
  $as "$folder/pg_basebackup" --dbname "$primary" --pgdata "$data" --write-recovery-conf \\
    --wal-method stream --checkpoint fast --no-sync
elif ! [ -s "$data/PG_VERSION" ]; then
  $as "$folder/initdb" --auth trust --no-sync --username postgres --encoding UTF8 --locale C \\
    --pgdata "$data"
  echo "host all all all trust" >>"$data/pg_hba.conf"
  echo "host replication all all trust" >>"$data/pg_hba.conf"
fi
if [ -f "$files/server.key" ]; then
  for file in server.key server.crt; do
    cp "$files/$file" "$data/$file"
    chmod 600 "$data/$file"
    [ -z "$as" ] || chown nobody "$data/$file"
  done
fi
exec $as "$folder/postgres" -D "$data" "$@"
`;

/** Turns the options into a command line, a file and a readiness question. */
export function postgresPlan(
  { settings = {}, standbyOf, clock }: PostgresOptions,
  certificate?: Certificate,
): LaunchPlan {
  return {
    kind: postgresKind,
    files: {
      "start.sh": START,
      ...(certificate && {
        "server.crt": certificate.certificatePem,
        "server.key": certificate.keyPem,
      }),
    },
    command: ({ host, port, dataDir, filesDir }, program) => [
      ...withClock(clock, ["sh", `${filesDir}/start.sh`, program, dataDir, primaryOf(standbyOf)]),
      ...["-h", host, "-p", String(port)],
      ...Object.entries({
        unix_socket_directories: "",
        // In the data directory, where it goes with the rest, and not in the machine's memory.
        dynamic_shared_memory_type: "mmap",
        fsync: "off",
        ...(certificate && { ssl: "on" }),
        ...settings,
      }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    isReady,
    discard: removeSharedMemory,
  };
}

function primaryOf(standbyOf: PostgresOptions["standbyOf"]): string {
  if (standbyOf === undefined) return "";
  const { host, port } = standbyOf.peerAddress;
  return `host=${host} port=${port} user=postgres`;
}

/** The answer must come from the very process that was started, not from one that has its port. */
async function isReady({ host, port, pid }: ServerReach): Promise<boolean> {
  const client = await connectPostgres({ host, port }, PROBE_TIMEOUT_MS);
  try {
    const { rows } = await client.query("SELECT pg_read_file('postmaster.pid') AS file");
    return pid === undefined || String(rows[0]?.file).startsWith(`${pid}\n`);
  } finally {
    await client.end();
  }
}

/** A killed server leaves the few bytes of System V shared memory that guard its data directory. */
function removeSharedMemory({ dataDir }: ServerPlace): void {
  let lines: readonly string[];
  try {
    lines = readFileSync(`${dataDir}/postmaster.pid`, "utf8").split("\n");
  } catch {
    return; // It ended in good order, or never started.
  }
  const id = lines[SHARED_MEMORY_LINE]?.trim().split(/\s+/)[1];
  if (id !== undefined) spawnSync("ipcrm", ["-m", id], { stdio: "ignore" });
}

function debianFolders(): readonly string[] {
  try {
    return readdirSync(DEBIAN_FOLDER)
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => `${DEBIAN_FOLDER}/${version}/bin`);
  } catch {
    return [];
  }
}
