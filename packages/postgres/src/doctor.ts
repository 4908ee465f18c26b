import { type Finding, LockError } from "@holdfast/core";
import type { HoldSession } from "./hold-session.ts";
import type { SessionFacts } from "./session-facts.ts";

/** What the server says of itself, beside what a session knows of its own. */
interface Facts extends SessionFacts {
  readonly fsync: string;
  readonly standbyNames: string;
  readonly standbyCount: number;
  readonly lockCount: number;
  readonly connectionCount: number;
  readonly connectionMax: number;
  readonly checkIntervalMs: number;
  readonly statementTimeoutMs: number;
  readonly lacking: string;
}

type Rule = (facts: Facts) => Finding | undefined;

/** Shares of the lock table and of the connections from which on they are worth a word. */
const FULL_SHARE = 0.5;
const CONNECTED_SHARE = 0.8;
/** A BIGINT column holds composed tokens up to timeline 511. */
const TIMELINE_WARNING = 256n;

const FACTS = `SELECT current_setting('fsync'), current_setting('synchronous_standby_names'),
  (SELECT count(*)::int FROM pg_stat_get_wal_senders()),
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'),
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'),
  current_setting('max_connections')::int,
  coalesce((SELECT setting::int FROM pg_settings WHERE name = 'client_connection_check_interval'), 0),
  (SELECT reset_val::int FROM pg_settings WHERE name = 'statement_timeout'),
  (SELECT coalesce(string_agg(f, ', '), '') FROM unnest(ARRAY[
    'pg_logical_emit_message(boolean, text, text)', 'pg_terminate_backend(integer)',
    'pg_cancel_backend(integer)', 'pg_notify(text, text)']) AS f
    WHERE to_regprocedure(f) IS NOT NULL AND NOT has_function_privilege(f, 'EXECUTE'))`;
/** The same for PostgreSQL 14 and later, whose `pg_terminate_backend` takes a timeout. */
const TERMINATE = /'pg_terminate_backend\(integer\)'/;

const RULES: readonly Rule[] = [
  ({ hasIdleTimeout }) =>
    warning(
      !hasIdleTimeout,
      "PostgreSQL before 14 has no idle_session_timeout: a process that is stopped keeps its locks until it goes on, " +
        "one that is cut off until TCP notices",
      "upgrade to PostgreSQL 14 or later, or let a stopped process be killed by its supervisor",
    ),
  ({ fsync }) =>
    error(
      fsync !== "on",
      "fsync is off: after a crash of the machine tokens may be given out a second time",
      "set fsync to on",
    ),
  ({ standbyNames, standbyCount }) =>
    warning(
      standbyNames !== "" || standbyCount > 0,
      "the server has standbys, which know nothing of its locks: a failover frees all of them",
      "check fencing tokens in whatever the locks protect; they go on rising after a promotion",
    ),
  ({ lockCount, lockTableSize }) =>
    warning(
      lockCount >= lockTableSize * FULL_SHARE,
      `${lockCount} advisory locks are in a lock table with room for ${lockTableSize} locks of all kinds`,
      "raise max_locks_per_transaction and restart the server, or hold fewer locks",
    ),
  ({ connectionCount, connectionMax }) =>
    warning(
      connectionCount >= connectionMax * CONNECTED_SHARE,
      `${connectionCount} of ${connectionMax} connections are in use`,
      "raise max_connections, or lower connectionCountMax of each process",
    ),
  ({ checkIntervalMs, hasIdleTimeout }) =>
    warning(
      hasIdleTimeout && checkIntervalMs === 0,
      "the server cannot notice that the client of a waiting session is gone (client_connection_check_interval)",
      "run the server on a platform that has it, as Linux, or keep waits short by waitMs",
    ),
  ({ statementTimeoutMs }) =>
    warning(
      statementTimeoutMs > 0,
      `statement_timeout is ${statementTimeoutMs} ms here: it ends what withTransactionLock waits for; leases set their own`,
      "set statement_timeout for transactions that wait for locks to 0, or to as long as they may wait",
    ),
  ({ lacking }) =>
    error(
      lacking !== "",
      `the user may not call ${lacking}`,
      "GRANT EXECUTE ON FUNCTION each of them TO the user; PUBLIC has it unless it was revoked",
    ),
  ({ timeline }) =>
    warning(
      timeline >= TIMELINE_WARNING,
      `the server is on timeline ${timeline}; a BIGINT column holds tokens up to timeline 511`,
      "widen columns with fencing tokens to NUMERIC(20), or move to a new database cluster with fenceBase",
    ),
];

function finding(severity: Finding["severity"]) {
  return (isSo: boolean, what: string, remedy: string): Finding | undefined =>
    isSo ? { severity, what, remedy } : undefined;
}
const warning: ReturnType<typeof finding> = finding("warning");
const error: ReturnType<typeof finding> = finding("error");

/**
 * Settings of the server and rights of the user that cost locks or tokens. A server that must not hold locks,
 * as a standby, or a pooler in between, is a finding too. Changes nothing.
 */
export async function examine(control: Promise<HoldSession>): Promise<readonly Finding[]> {
  try {
    const hold = await control;
    const facts = await factsOf(hold);
    return RULES.map((rule) => rule(facts)).filter((each) => each !== undefined);
  } catch (reason) {
    if (!LockError.is(reason) || reason.code !== "CONFIG_INVALID") throw reason;
    const [what = "", remedy = ""] = reason.message.split("; ");
    return [{ severity: "error", what: what.replace("postgres: ", ""), remedy }];
  }
}

async function factsOf(hold: HoldSession): Promise<Facts> {
  const { facts } = hold.session;
  const text = facts.hasIdleTimeout
    ? FACTS.replace(TERMINATE, "'pg_terminate_backend(integer, bigint)'")
    : FACTS;
  const { result } = await hold.query({ text, rowMode: "array" });
  const [row = []] = result.rows;
  return {
    ...facts,
    fsync: String(row[0]),
    standbyNames: String(row[1]),
    standbyCount: Number(row[2]),
    lockCount: Number(row[3]),
    connectionCount: Number(row[4]),
    connectionMax: Number(row[5]),
    checkIntervalMs: Number(row[6]),
    statementTimeoutMs: Number(row[7]),
    lacking: String(row[8]),
  };
}
