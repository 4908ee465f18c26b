import type { Fault } from "../fault.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";
import { severalTimes } from "./several-times.ts";

const ROUNDS = { countMax: 20, pauseMs: [1, 100] } as const;
const CANCEL_SOME = `
  SELECT pg_cancel_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state = 'active'
  ORDER BY random() LIMIT 3`;

/** Waits end early, and so may the statement that follows them. */
export const statementsCancelled: Fault = {
  id: "statements-cancelled",
  about: "an operator cancels running statements, waits above all, up to 20 times",
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const client = await onlyPostgres(scene).server.connect();
    let cancelledCount = 0;
    try {
      await severalTimes(scene, ROUNDS, async () => {
        cancelledCount += (await client.query(CANCEL_SOME)).rows.length;
      });
    } finally {
      await client.end();
    }
    scene.note(`${cancelledCount} statements`);
  },
};
