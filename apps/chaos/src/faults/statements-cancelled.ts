import type { Fault } from "../fault.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

const CANCEL_COUNT_MAX = 20;
const CANCEL_SOME = `
  SELECT pg_cancel_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state = 'active'
  ORDER BY random() LIMIT 3`;

/** Waits end early, and so may the statement that follows them. */
export const statementsCancelled: Fault = {
  id: "statements-cancelled",
  about: "an operator cancels running statements, waits above all, up to 20 times",
  row: 28,
  side: "backend",
  appliesTo: onPostgres,
  async inflict(scene) {
    const { random, signal, sleep, note } = scene;
    const client = await onlyPostgres(scene).server.connect();
    const roundCount = random.integer(1, CANCEL_COUNT_MAX);
    let cancelledCount = 0;
    try {
      for (let round = 1; round <= roundCount && !signal.aborted; round += 1) {
        cancelledCount += (await client.query(CANCEL_SOME)).rows.length;
        await sleep(random.between(1, 100));
      }
    } finally {
      await client.end();
    }
    note(`${cancelledCount} statements`);
  },
};
