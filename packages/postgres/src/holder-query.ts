import type { PlainStatement } from "./postgres-client.ts";
import { STARTED_AT } from "./sql.ts";

/** Who has a lock, as the server tells it. */
export interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly application: string;
  /** How many locks its session has, this one included. */
  readonly lockCount: number;
}

/** The server's view of one lock. */
export interface Held {
  readonly holder: Holder | undefined;
  readonly waiterCount: number;
}

const TEXT = `
  SELECT l.granted, l.pid, ${STARTED_AT}, a.application_name,
    (SELECT count(*)::int FROM pg_locks AS other
      WHERE other.pid = l.pid AND other.locktype = 'advisory' AND other.granted)
  FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint`;

/** Asks for everybody that has or wants a lock; read by {@link heldOf}. */
export function holderQuery(key: string): PlainStatement {
  return { text: TEXT, values: [key], rowMode: "array" };
}

export function heldOf(rows: readonly (readonly unknown[])[]): Held {
  const granted = rows.find(([isGranted]) => isGranted === true);
  const waiterCount = rows.filter(([isGranted]) => isGranted === false).length;
  if (granted === undefined) return { holder: undefined, waiterCount };
  const [, pid, startedAt, application, lockCount] = granted;
  return {
    holder: {
      pid: Number(pid),
      startedAt: String(startedAt ?? ""),
      application: String(application ?? ""),
      lockCount: Number(lockCount),
    },
    waiterCount,
  };
}
