import type { PlainStatement, PostgresResult, PreparedStatement } from "./postgres-client.ts";

/**
 * Every statement of the lock protocol. Keys are bind parameters, as decimal text. A statement of one key
 * has a scalar form beside the one over many, because an array costs more than it saves there.
 */

/**
 * The position in the write-ahead log, flushed by the commit of this very statement: after a crash no
 * position is given out twice. `true` makes the message part of the transaction, without which its
 * commit would flush nothing.
 */
const POSITION = "(pg_logical_emit_message(true, 'holdfast', '') - '0/0'::pg_lsn)::text";

/** How a lock is taken: the position where it is minted, `''` where not, null when it is held. */
function tryLock(key: string, fencing: boolean): string {
  return `CASE WHEN pg_try_advisory_lock(${key}) THEN ${fencing ? POSITION : "''"} END`;
}

const UNNEST = "FROM unnest($1::bigint[]) AS k";

/** A boolean, as the server writes it where it is cast to text. */
export const TRUE = "true";

interface Prepared {
  readonly one: { readonly name: string; readonly text: string };
  readonly many: { readonly name: string; readonly text: string };
}

const TRY: Prepared = {
  one: { name: "holdfast_try", text: `SELECT ${tryLock("$1::bigint", true)}` },
  many: { name: "holdfast_try_many", text: `SELECT ${tryLock("k", true)} ${UNNEST}` },
};
const TRY_UNFENCED: Prepared = {
  one: { name: "holdfast_try_unfenced", text: `SELECT ${tryLock("$1::bigint", false)}` },
  many: { name: "holdfast_try_unfenced_many", text: `SELECT ${tryLock("k", false)} ${UNNEST}` },
};
const UNLOCK: Prepared = {
  one: { name: "holdfast_unlock", text: "SELECT pg_advisory_unlock($1::bigint)::text" },
  many: { name: "holdfast_unlock_many", text: `SELECT pg_advisory_unlock(k)::text ${UNNEST}` },
};

function overKeys({ one, many }: Prepared, keys: readonly string[]): PreparedStatement {
  if (keys.length === 1) return { ...one, values: keys };
  return { ...many, values: [`{${keys.join(",")}}`] };
}

/** One row per key, in order: null where it is held, else the position, or `''` without fencing. */
export function tryLocks(keys: readonly string[], fencing: boolean): PreparedStatement {
  return overKeys(fencing ? TRY : TRY_UNFENCED, keys);
}

/** One row per key, in order: {@link TRUE} if this session had it. */
export function unlocks(keys: readonly string[]): PreparedStatement {
  return overKeys(UNLOCK, keys);
}

/** The list is evaluated from left to right, so the idle timeout stands before the lock is there. */
function waitText(granted: string): string {
  return (
    "SELECT CASE WHEN $2 <> '0' THEN set_config('idle_session_timeout', $2, false) END, " +
    "set_config('lock_timeout', $3, false), " +
    `CASE WHEN pg_advisory_lock($1::bigint)::text IS NOT NULL THEN ${granted} END`
  );
}

const WAIT = { name: "holdfast_wait", text: waitText(POSITION) };
const WAIT_UNFENCED = { name: "holdfast_wait_unfenced", text: waitText("''") };
/** Where the position is in the row of a wait. */
const POSITION_COLUMN = 2;

interface Waited {
  /** What its lease lives by, in milliseconds; 0 where the server has no such timeout. */
  readonly idleTimeoutMs: number;
  readonly sliceMs: number;
  readonly fencing: boolean;
}

/** Waits in the server's queue, and mints as soon as the lock is there. Read by {@link positionOf}. */
export function waitForLock(
  key: string,
  { idleTimeoutMs, sliceMs, fencing }: Waited,
): PreparedStatement {
  const values = [key, String(idleTimeoutMs), String(sliceMs)];
  return { ...(fencing ? WAIT : WAIT_UNFENCED), values };
}

/** The position that a wait was granted at, `''` without fencing. */
export function positionOf({ rows }: PostgresResult): string {
  return String(rows[0]?.[POSITION_COLUMN]);
}

/** Proof that a session lives; any answer starts its idle timeout anew. */
export const BEAT: PreparedStatement = {
  name: "holdfast_beat",
  text: "SELECT ''",
  values: [],
};

/** Gives back what a waiter session has, which then lives without a lease. */
export function endOfTurn(
  keyOrAll: string | undefined,
  hasIdleTimeout: boolean,
): PreparedStatement {
  const unlock =
    keyOrAll === undefined ? "pg_advisory_unlock_all()" : "pg_advisory_unlock($2::bigint)::text";
  return {
    name: keyOrAll === undefined ? "holdfast_end_all" : "holdfast_end",
    text: `SELECT ${unlock}, CASE WHEN $1 THEN set_config('idle_session_timeout', '0', false) END`,
    values: [String(hasIdleTimeout), ...(keyOrAll === undefined ? [] : [keyOrAll])],
  };
}

/** One session, and no later one that has its pid. */
export interface SessionId {
  readonly pid: number;
  readonly startedAt: string;
}

/** Of `pg_stat_activity AS a`: a number, since a time as text looks as each session's settings have it. */
export const STARTED_AT = "(extract(epoch FROM a.backend_start) * 1000000)::bigint::text";

const OF_SESSION = `FROM pg_stat_activity AS a WHERE a.pid = $1 AND ${STARTED_AT} = $2`;

/** Ends what another session of ours does. */
export function cancel({ pid, startedAt }: SessionId): PreparedStatement {
  const text = `SELECT pg_cancel_backend(pid) ${OF_SESSION}`;
  return { name: "holdfast_cancel", text, values: [String(pid), startedAt] };
}

/** Ends a session, and answers with a row while it is still there. */
export function terminate({ pid, startedAt }: SessionId): PlainStatement {
  const text = `SELECT pg_terminate_backend(pid) ${OF_SESSION}`;
  return { text, values: [pid, startedAt], rowMode: "array" };
}
