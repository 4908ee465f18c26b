import type { Fault } from "../fault.ts";
import { onlyPostgres, onPostgres } from "./postgres-only.ts";

const TERMINATE_HOLDER = `
  SELECT pg_terminate_backend(pid), pid FROM pg_locks
  WHERE locktype = 'advisory' AND granted ORDER BY random() LIMIT 1`;

/** The next one is granted as the session ends, and the holder is told a moment later. */
export const holderTerminated: Fault = {
  id: "holder-terminated",
  about: "a session that holds a lock is ended with pg_terminate_backend",
  side: "backend",
  leftOut:
    "an ended session frees its locks at once, and its holder is told within 50 ms if it runs",
  appliesTo: onPostgres,
  async inflict(scene) {
    const rows = await onlyPostgres(scene).server.query(TERMINATE_HOLDER);
    scene.note(rows.length === 0 ? "nothing was held" : `session ${rows[0]?.["pid"]}`);
  },
};
