import type { Ground } from "../ground.ts";

/** For faults that end connections without keeping others away: see outage.ts. */
export function survivesReset({ backend }: Ground): boolean | string {
  if (backend !== "postgres") return true;
  return "a session that is reset frees its locks before a holder that stands still can know";
}
