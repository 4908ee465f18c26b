import { LockError } from "@holdfast/core";
import type { PlainStatement, PostgresClient, PostgresResult } from "./postgres-client.ts";
import { STARTED_AT } from "./sql.ts";

/** What a session is, read when it opens. */
export interface SessionFacts {
  readonly pid: number;
  /** With the pid it names this session and no later one. */
  readonly startedAt: string;
  /** As 150004 for 15.4. */
  readonly versionNumber: number;
  /** Whether the server ends a silent session by itself, since PostgreSQL 14. */
  readonly hasIdleTimeout: boolean;
  /** The server's timeline; a promotion begins another. */
  readonly timeline: bigint;
  /** How many locks the server has room for, whoever takes them. */
  readonly lockTableSize: number;
}

interface SetUp {
  /** 0 for a session that holds nothing yet. */
  readonly idleTimeoutMs: number;
  readonly isPooled: boolean;
}

/**
 * Settings of every session. The timeouts of the server or the role would end waits and statements that
 * are meant to last. With a synchronous standby gone, a commit would wait for ever where no timeout ends
 * it, hence `local`. The others notice peers that vanished.
 */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ["statement_timeout", "0"],
  ["lock_timeout", "0"],
  ["idle_in_transaction_session_timeout", "0"],
  ["transaction_timeout", "0"],
  ["synchronous_commit", "local"],
  ["default_transaction_read_only", "off"],
  ["tcp_keepalives_idle", "5"],
  ["tcp_keepalives_interval", "2"],
  ["tcp_keepalives_count", "3"],
  ["tcp_user_timeout", "10000"],
];

/** In a statement of its own, since a server on a platform without it refuses that. */
const CHECK_CONNECTION = `SELECT pg_backend_pid(), (SELECT set_config(name, '500', false)
  FROM pg_settings WHERE name = 'client_connection_check_interval')`;

const FACTS = `SELECT pg_backend_pid(), ${STARTED_AT}, current_setting('server_version_num')::int,
  CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END,
  current_setting('max_locks_per_transaction')::int *
    (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)
  FROM (SELECT) AS one LEFT JOIN pg_stat_activity AS a ON a.pid = pg_backend_pid()`;

/** The first version whose sessions end by `idle_session_timeout`. */
const IDLE_TIMEOUT_VERSION = 140_000;

/** Sets a session up. Rejects CONFIG_INVALID where locks would not be safe, else what the driver says. */
export async function readFacts(client: PostgresClient, setUp: SetUp): Promise<SessionFacts> {
  const timeout = ["idle_session_timeout", String(setUp.idleTimeoutMs)] as const;
  // One message for both, and so one round trip.
  const [, facts] = await ask(client, `${settingsText([timeout])}; ${FACTS}`);
  const pids = ask(client, CHECK_CONNECTION).catch(() => ask(client, "SELECT pg_backend_pid()"));
  const [row = []] = facts?.rows ?? [];
  const [again = []] = (await pids)[0]?.rows ?? [];
  const [pid, startedAt, versionNumber, timeline, lockTableSize] = row;
  const isShared = pid !== again[0] || (!setUp.isPooled && pid !== client.processID);
  if (isShared) throw pooled();
  if (typeof timeline !== "string") throw standby();
  return {
    pid: Number(pid),
    startedAt: String(startedAt),
    versionNumber: Number(versionNumber),
    hasIdleTimeout: Number(versionNumber) >= IDLE_TIMEOUT_VERSION,
    timeline: BigInt(`0x${timeline}`),
    lockTableSize: Number(lockTableSize),
  };
}

/** Those that this version has: a setting that it does not know would be an error. */
function settingsText(more: typeof SETTINGS): string {
  const rows = [...SETTINGS, ...more].map(([name, value]) => `('${name}', '${value}')`);
  return (
    "SELECT set_config(name, wanted.value, false) " +
    `FROM (VALUES ${rows.join(", ")}) AS wanted (name, value) JOIN pg_settings USING (name)`
  );
}

/** The result of each statement in it. */
function ask(client: PostgresClient, text: string): Promise<readonly PostgresResult[]> {
  const statement: PlainStatement = { text, rowMode: "array" };
  return new Promise((resolve, reject) => {
    client.query(statement, (error, result) => {
      if (error !== null && error !== undefined) reject(error);
      else resolve(Array.isArray(result) ? result : [result]);
    });
  });
}

function pooled(): LockError {
  return new LockError(
    "CONFIG_INVALID",
    "postgres: a pooler is between here and the server, and locks belong to a session of the server; " +
      'connect to the server itself, or to a pool in session mode and say pooling: "session"',
  );
}

function standby(): LockError {
  return new LockError(
    "CONFIG_INVALID",
    "postgres: this server is a standby, whose locks exclude nobody on the primary server; " +
      "give the address of the primary",
  );
}
