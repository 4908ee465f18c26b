import type { Compare, KeyValue, RangeRequest, RequestOp, TxnRequest } from "./etcd-client.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease } from "./lease.ts";

/** Whose acquisition a transaction is about, and under which key. */
export interface Subject {
  readonly keyspace: Keyspace;
  readonly name: string;
  readonly holderId: string;
  readonly key: Buffer;
}

/** A key that has never been written, or is gone, has the create revision 0. */
function isAbsent(key: { readonly key: Buffer; readonly range_end?: Buffer }): Compare {
  return { ...key, target: "Create", result: "Equal", create_revision: "0" };
}

/** The key that holds the lock: the one with the smallest create revision. */
export function firstOf(range: RangeRequest): RangeRequest {
  return { ...range, limit: "1", sort_order: "Ascend", sort_target: "Create" };
}

/**
 * Takes the lock if nobody has any key of the name, which a range can be compared for. Otherwise it tells
 * whose key is first: our own one if this is a copy of a request that took effect, and nobody's if the request
 * was given up. Refused, it leaves nothing.
 */
export function acquireTxn(subject: Subject, lease: Lease, value: Buffer): TxnRequest {
  const { keyspace, name, holderId, key } = subject;
  const range = keyspace.range(name);
  return {
    compare: [isAbsent(range), isAbsent({ key: keyspace.tombstone(holderId) })],
    success: [{ request_put: { key, value, lease: lease.id } }],
    failure: [{ request_range: firstOf(range) }],
  };
}

/**
 * Joins the queue, and tells who is next before: the two youngest keys are our own and that one. Otherwise it
 * tells what is under our key, and whether the request was given up.
 */
export function joinTxn(subject: Subject, lease: Lease, value: Buffer): TxnRequest {
  const { keyspace, name, holderId, key } = subject;
  const tombstone = keyspace.tombstone(holderId);
  return {
    compare: [isAbsent({ key }), isAbsent({ key: tombstone })],
    success: [
      { request_put: { key, value, lease: lease.id } },
      { request_range: { ...youngestOf(keyspace.range(name)), limit: "2" } },
    ],
    failure: [{ request_range: { key } }, { request_range: { key: tombstone, keys_only: true } }],
  };
}

/** Reads a waiter's own key, and the youngest that is older. */
export function placeTxn({ keyspace, name, key }: Subject, createRevision: string): TxnRequest {
  const older = String(BigInt(createRevision) - 1n);
  return {
    success: [
      { request_range: { key, keys_only: true } },
      { request_range: { ...youngestOf(keyspace.range(name)), max_create_revision: older } },
    ],
  };
}

function youngestOf(range: RangeRequest): RangeRequest {
  return { ...range, limit: "1", sort_order: "Descend", sort_target: "Create", keys_only: true };
}

/**
 * Shuts a late request out, and reads every key of the name: nothing of that holder can come any more. The
 * tombstone hangs on the same lease as the request, which either finds it or finds that its lease has ended.
 */
export function disownTxn(
  { keyspace, name, holderId }: Omit<Subject, "key">,
  lease: Lease,
): TxnRequest {
  const key = keyspace.tombstone(holderId);
  return {
    success: [
      { request_put: { key, value: Buffer.alloc(0), lease: lease.id } },
      { request_range: keyspace.range(name) },
    ],
  };
}

/** Deletes a key that is still on that lease: another process may have adopted it since. */
export function letGoTxn({ key, create_revision }: FoundKey, lease: Lease): TxnRequest {
  return {
    compare: [
      { key, target: "Create", result: "Equal", create_revision },
      { key, target: "Lease", result: "Equal", lease: lease.id },
    ],
    success: [{ request_delete_range: { key } }],
  };
}

/** Reads at once the keys of claims of this process, and every key of names where it knows none. */
export function readTxn(of: readonly (Buffer | RangeRequest)[]): TxnRequest {
  return {
    success: of.map((it): RequestOp => {
      return { request_range: Buffer.isBuffer(it) ? { key: it, keys_only: true } : it };
    }),
  };
}

/** Hangs a key on another lease, if it is still the one that was read. Its create revision stays. */
export function moveTxn(
  { key, create_revision, lease }: Omit<KeyValue, "value">,
  to: Lease,
): TxnRequest {
  return {
    compare: [
      { key, target: "Create", result: "Equal", create_revision },
      { key, target: "Lease", result: "Equal", lease },
    ],
    success: [{ request_put: { key, ignore_value: true, lease: to.id } }],
    failure: [{ request_range: { key, keys_only: true } }],
  };
}

/** Everything that a lock's keys need, on a condition that never holds. */
export function permissionTxn(keyspace: Keyspace): TxnRequest {
  const range = keyspace.all;
  return {
    compare: [{ ...range, target: "Create", result: "Equal", create_revision: "-1" }],
    success: [
      { request_put: { key: keyspace.tombstone("doctor"), value: Buffer.alloc(0) } },
      { request_range: { ...range, limit: "1", keys_only: true } },
      { request_delete_range: { key: keyspace.key("doctor", "doctor") } },
    ],
  };
}

/** Which key, and which of those that were there one after the other. */
export type FoundKey = Pick<KeyValue, "key" | "create_revision">;

/** Deletes a key that is still the one that was granted, found or inspected. */
export function removeTxn({ key, create_revision }: FoundKey): TxnRequest {
  return {
    compare: [{ key, target: "Create", result: "Equal", create_revision }],
    success: [{ request_delete_range: { key } }],
  };
}
