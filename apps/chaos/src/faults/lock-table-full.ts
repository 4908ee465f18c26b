import type { Fault } from "../fault.ts";
import { breakFor } from "./break-for.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

/** Far more than fit; keys of two numbers are never ours. */
const TAKE_ALL = "SELECT pg_advisory_lock(7, n) FROM generate_series(1, 1000000) AS n";
const FREE_ALL = "SELECT pg_advisory_unlock_all()";

/** Nobody can take a lock of any kind, and new sessions are refused. */
export const lockTableFull: Fault = {
  id: "lock-table-full",
  about: "somebody takes all that is left of the server's lock table (53200)",
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const session = await onlyPostgres(scene).server.connect();
    try {
      await breakFor(scene, {
        lastMs: scene.random.between(0.1, 1) * scene.ttlMsMax,
        begin: () => session.query(TAKE_ALL).then(isFilled, isFilled),
        async end() {
          await session.query(FREE_ALL);
        },
      });
    } finally {
      await session.end();
    }
  },
};

/** The statement fails when the table is full, and keeps what it took. */
function isFilled(outcome: unknown): void {
  if (!(outcome instanceof Error && /out of shared memory/.test(outcome.message))) {
    throw new Error("the lock table did not fill up", { cause: outcome });
  }
}
