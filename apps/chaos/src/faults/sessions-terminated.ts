import { until } from "@holdfast/test-servers";
import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { pastDeadlines } from "./outage.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

const CLIENTS = `
  FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
const BUSY = `${CLIENTS} AND state = 'active'`;
const WAITING = `${CLIENTS} AND wait_event_type = 'Lock'`;
const QUIET_TIMEOUT_MS = 20_000;

/**
 * All locks end at once, and everybody who can hear is told; those who cannot are waited for. Sessions end one
 * after the other: a waiter whose session went on would be granted the lock of the one before, sooner than its
 * holder can have heard. So nobody waits or asks any more when the holders' turn comes.
 */
export const sessionsTerminated: Fault = {
  id: "sessions-terminated",
  about:
    "all sessions are ended with pg_terminate_backend, new ones wait until every lease is over",
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const { server, proxy } = onlyPostgres(scene);
    await breakFor(scene, {
      ...pastDeadlines(scene),
      async begin() {
        proxy.hold("to-server");
        await server.query(`SELECT pg_terminate_backend(pid) ${WAITING}`);
        const isQuiet = async (): Promise<boolean> =>
          (await server.query(`SELECT 1 ${BUSY}`)).length === 0;
        await until("no session is asking", isQuiet, QUIET_TIMEOUT_MS);
        await server.query(`SELECT pg_terminate_backend(pid) ${CLIENTS}`);
      },
      end: () => proxy.heal(),
    });
  },
};
