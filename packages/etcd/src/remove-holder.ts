import type { Caller } from "./caller.ts";
import type { KeyValue } from "./etcd-client.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease, LeasedClaim } from "./lease.ts";
import { keyOf } from "./stored-value.ts";
import { disownTxn, type FoundKey, removeTxn } from "./transactions.ts";

/** Whose key is to go. */
export interface Removal {
  readonly name: string;
  readonly holderId: string;
  /** What this process knows of it, if anything. */
  readonly claim: LeasedClaim | undefined;
  /** The lease that a late request of it needs, where one may still arrive: it is shut out first. */
  readonly shutOutOn?: Lease | undefined;
}

/** What removing needs of the provider it serves. */
export interface RemovalTarget {
  readonly caller: Caller;
  readonly keyspace: Keyspace;
}

/**
 * Deletes the key of a holder or waiter; false when it has none. The key is looked for where it is not known:
 * its value tells whose it is. A key that was used anew since is not touched.
 */
export async function removeHolder(removal: Removal, target: RemovalTarget): Promise<boolean> {
  const found = await find(removal, target);
  if (found === undefined) return false;
  const { response } = await target.caller.run({
    send: ({ client, options }) => client.kv.txn(removeTxn(found), options),
    lockName: removal.name,
  });
  return response.succeeded;
}

async function find(removal: Removal, target: RemovalTarget): Promise<FoundKey | undefined> {
  const { name, holderId, claim, shutOutOn } = removal;
  if (shutOutOn !== undefined) {
    const found = await shutOut({ name, holderId }, shutOutOn, target);
    return keyOf(holderId, found);
  }
  if (claim?.createRevision !== undefined) {
    return { key: claim.key, create_revision: claim.createRevision };
  }
  const range = target.keyspace.range(name);
  const { response } = await target.caller.run({
    send: ({ client, options }) => client.kv.range(range, options),
    lockName: name,
  });
  return keyOf(holderId, response.kvs);
}

async function shutOut(
  holder: { readonly name: string; readonly holderId: string },
  lease: Lease,
  { caller, keyspace }: RemovalTarget,
): Promise<readonly KeyValue[]> {
  const txn = disownTxn({ keyspace, ...holder }, lease);
  const { response } = await caller.run({
    send: ({ client, options }) => client.kv.txn(txn, options),
    lockName: holder.name,
  });
  return response.responses[1]?.response_range?.kvs ?? [];
}
