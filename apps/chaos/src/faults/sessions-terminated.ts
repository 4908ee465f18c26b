import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { pastDeadlines } from "./outage.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

const TERMINATE_ALL = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** All locks end at once, and everybody who can hear is told; those who cannot are waited for. */
export const sessionsTerminated: Fault = {
  id: "sessions-terminated",
  about:
    "all sessions are ended with pg_terminate_backend, new ones wait until every lease is over",
  row: 25,
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const { server, proxy } = onlyPostgres(scene);
    await breakFor(scene, {
      ...pastDeadlines(scene),
      async begin() {
        proxy.hold("to-server");
        await server.query(TERMINATE_ALL);
      },
      end: () => proxy.heal(),
    });
  },
};
