import type { Harness } from "@holdfast/conformance";
import { withPrefix } from "@holdfast/core";
import { problemsOf } from "@holdfast/history";
import { type PostgresServer, startFaultProxy, startPostgres } from "@holdfast/test-servers";
import { postgres } from "../src/index.ts";
import { lockKey } from "../src/lock-key.ts";

/** Long enough for a busy machine to start a server process in. */
const COMMAND_TIMEOUT_MS = 1_000;

/** Generous for a busy machine: a wake-up that is lost is lost for longer. */
const HISTORY_BOUNDS = {
  noticeMs: 1_000,
  wakeUpMs: 5_000,
  handOffMs: 5_000,
  crashHandOffMs: 5_000,
  deliveryMs: 1_000,
} as const;

interface HarnessOptions {
  readonly namePrefix?: string;
  readonly fencing?: boolean;
}

/**
 * The suite on one server. Clients of this process connect through a proxy, so that replies can be lost;
 * children connect directly. With `namePrefix` both wrap their provider.
 */
export async function postgresHarness({
  namePrefix,
  fencing = true,
}: HarnessOptions = {}): Promise<Omit<Harness, "name">> {
  const server = await startPostgres({ settings: { max_connections: "200" } });
  const proxy = await startFaultProxy({ target: server });
  return {
    open: async () => {
      const connection = { host: proxy.host, port: proxy.port, user: "postgres" };
      const provider = postgres({ connection, fencing, commandTimeoutMs: COMMAND_TIMEOUT_MS });
      return namePrefix === undefined ? provider : withPrefix(provider, namePrefix);
    },
    faults: {
      hang: () => server.pause(),
      resume: () => server.resume(),
      loseReplies: async () => proxy.drop("to-client"),
      heal: () => proxy.heal(),
      killConnections: async () => proxy.reset(),
      deleteOutside: (name) => endHolders(server, (namePrefix ?? "") + name),
    },
    child: {
      module: new URL("conformance-child.mjs", import.meta.url).href,
      env: {
        HOLDFAST_TEST_POSTGRES_URL: server.url,
        ...(namePrefix === undefined ? {} : { HOLDFAST_TEST_NAME_PREFIX: namePrefix }),
      },
    },
    leftovers: () => advisoryLocks(server),
    checkHistory: (events) => problemsOf(events, HISTORY_BOUNDS),
    close: async () => {
      await proxy.close();
      await server.stop();
    },
  };
}

/** Every advisory lock that is held or waited for, as `key pid granted`. */
export async function advisoryLocks(server: PostgresServer): Promise<readonly string[]> {
  const rows = await server.query(
    "SELECT (classid::bigint << 32 | objid::bigint)::text || ' ' || pid || ' ' || granted AS lock " +
      "FROM pg_locks WHERE locktype = 'advisory'",
  );
  return rows.map(({ lock }) => String(lock));
}

/** Ends the sessions that hold a lock, as an operator would. */
async function endHolders(server: PostgresServer, name: string): Promise<void> {
  await server.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted " +
      "AND (classid::bigint << 32 | objid::bigint) = $1::bigint",
    [lockKey("holdfast:", name)],
  );
}
