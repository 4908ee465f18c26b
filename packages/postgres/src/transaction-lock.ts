import { LockError } from "@holdfast/core";
import { classifyError, faultError } from "./classify-error.ts";
import { lockKey } from "./lock-key.ts";

/** A client of `pg` on which a transaction has begun: a `Client`, or one taken from a pool. */
export interface TransactionClient {
  query(
    text: string,
    values: unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** Names with another prefix than the default of `postgres()`. */
export interface PrefixedNames {
  readonly prefix: string;
  readonly names: readonly string[];
}

/** Names that one transaction may lock. */
const NAME_COUNT_MAX = 1_000;
const LOCK = "SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k";
/** A lock that its own statement ended is not there any more. */
const COUNT =
  "SELECT count(*)::int AS held FROM pg_locks WHERE pid = pg_backend_pid() AND granted " +
  "AND locktype = 'advisory' AND objsubid = 1 " +
  "AND (classid::bigint << 32 | objid::bigint) = ANY ($1::bigint[])";
const LOCK_TIMEOUT = "55P03";

/**
 * Does `work` under locks that end exactly with the caller's own transaction, and so with what it changed:
 * no lease, no clock and no token is needed for what is in the same database.
 *
 * It does not begin, commit or roll back: the locks are the caller's until then. They exclude the leases of
 * `postgres()` with the same prefix, and wait for them, without end but for the server's `lock_timeout`
 * and `statement_timeout`. Several names are taken in one order everywhere, so that two callers do not
 * block each other; asked for in two calls they may, and the server then ends one of them.
 *
 * `names` is one name, some, or some with a prefix of their own; each once. Resolves and rejects as `work`
 * does. Rejects with a LockError, `work` not begun: WAIT_TIMEOUT after `lock_timeout`, CONFIG_INVALID
 * outside of a transaction, LIMIT_EXCEEDED when the lock table is full, else as the server answered.
 */
export async function withTransactionLock<Result>(
  client: TransactionClient,
  names: string | readonly string[] | PrefixedNames,
  work: () => Result | PromiseLike<Result>,
): Promise<Result> {
  const keys = keysOf(names);
  const literal = `{${keys.join(",")}}`;
  let held: unknown;
  try {
    await client.query(LOCK, [literal]);
    held = (await client.query(COUNT, [literal])).rows[0]?.["held"];
  } catch (error) {
    throw lockFault(error);
  }
  if (held !== keys.length) {
    throw new LockError(
      "CONFIG_INVALID",
      "postgres: withTransactionLock needs a client on which a transaction has begun; " +
        "outside of one the locks ended with the statement that took them",
    );
  }
  return await work();
}

function keysOf(names: string | readonly string[] | PrefixedNames): readonly string[] {
  const { prefix, list } = listOf(names);
  if (!Array.isArray(list) || list.length === 0 || list.length > NAME_COUNT_MAX) {
    throw new TypeError(`names must be 1 to ${NAME_COUNT_MAX} names`);
  }
  if (list.some((name) => typeof name !== "string" || name === "")) {
    throw new TypeError("names must be strings that are not empty");
  }
  const keys = new Set(list.map((name: string) => lockKey(prefix, name)));
  return [...keys].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1));
}

function listOf(names: string | readonly string[] | PrefixedNames): {
  readonly prefix: string;
  readonly list: unknown;
} {
  if (typeof names === "string") return { prefix: "holdfast:", list: [names] };
  if ("prefix" in names) return { prefix: names.prefix, list: names.names };
  return { prefix: "holdfast:", list: names };
}

function lockFault(error: unknown): LockError {
  const fault = classifyError(error);
  if (fault.reason === LOCK_TIMEOUT) {
    return new LockError(
      "WAIT_TIMEOUT",
      "postgres: lock_timeout passed before the locks were free",
    );
  }
  return faultError(fault, "not-applied");
}
