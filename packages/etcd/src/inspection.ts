import { type BreakTarget, LockError, type LockState } from "@holdfast/core";
import type { Caller } from "./caller.ts";
import type { KeyValue } from "./etcd-client.ts";
import type { Keyspace } from "./keyspace.ts";
import { parseValue } from "./stored-value.ts";
import { firstOf, removeTxn } from "./transactions.ts";

/** What operators' calls need of the provider they serve. */
export interface InspectionTarget {
  readonly caller: Caller;
  readonly keyspace: Keyspace;
}

const SECOND_MS = 1_000;
const NO_LEASE = "0";
/** Holders that may follow each other while whichever there is gets broken. */
const BREAK_TRY_COUNT_MAX = 3;

/**
 * Who holds a name, since when and for whom, how long its lease still runs, in whole seconds, and how many wait.
 * Two names for one thing: never its key.
 */
export async function inspectLock(name: string, target: InspectionTarget): Promise<LockState> {
  const { holder, count } = await readHolder(name, target);
  if (holder === undefined) return { name, held: false };
  const remainingMs = await remainingOf(holder, target);
  return {
    name,
    held: true,
    fencingToken: BigInt(holder.create_revision),
    incarnation: holder.create_revision,
    waiters: count - 1,
    ...(remainingMs !== undefined && { remainingMs }),
    ...parseValue(holder.value),
  };
}

/** Deletes the key of the holding that was inspected, or of whoever holds now. */
export async function breakHolder(
  name: string,
  { incarnation }: BreakTarget,
  target: InspectionTarget,
): Promise<boolean> {
  const { caller } = target;
  for (let tryCount = 1; tryCount <= BREAK_TRY_COUNT_MAX; tryCount += 1) {
    const { holder } = await readHolder(name, target);
    if (holder === undefined) return false;
    if (incarnation !== "any" && holder.create_revision !== incarnation) return false;
    const txn = removeTxn(holder);
    const { response } = await caller.run({
      send: ({ client, options }) => client.kv.txn(txn, options),
      lockName: name,
    });
    if (response.succeeded) return true;
  }
  const words = `etcd: the holder of lock ${JSON.stringify(name)} changed too often to be broken`;
  throw new LockError("BACKEND_UNAVAILABLE", words, { lockName: name });
}

/** Of the lease under a key. Undefined for a key of others that hangs on none, and does not end. */
async function remainingOf(
  { lease: ID }: KeyValue,
  { caller }: InspectionTarget,
): Promise<number | undefined> {
  if (ID === NO_LEASE) return undefined;
  const { response } = await caller.run({
    send: ({ client, options }) => client.leaseClient.leaseTimeToLive({ ID }, options),
  });
  return Math.max(0, Number(response.TTL) * SECOND_MS);
}

async function readHolder(
  name: string,
  { caller, keyspace }: InspectionTarget,
): Promise<{ readonly holder: KeyValue | undefined; readonly count: number }> {
  const { response } = await caller.run({
    send: ({ client, options }) => client.kv.range(firstOf(keyspace.range(name)), options),
    lockName: name,
  });
  return { holder: response.kvs[0], count: Number(response.count) };
}
