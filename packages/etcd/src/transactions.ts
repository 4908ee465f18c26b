import type { Compare, RangeRequest, RequestOp, TxnRequest } from "./etcd-client.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease } from "./lease.ts";

/** Whose key a transaction is about. */
export interface Subject {
  readonly keyspace: Keyspace;
  readonly name: string;
  readonly holderId: string;
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
  const { keyspace, name, holderId } = subject;
  const range = keyspace.range(name);
  const key = keyspace.key(name, holderId);
  const tombstone = keyspace.tombstone(holderId);
  return {
    compare: [isAbsent(range), isAbsent({ key: tombstone })],
    success: [{ request_put: { key, value, lease: lease.id } }],
    failure: [{ request_range: firstOf(range) }],
  };
}

/** Joins the queue, and tells who is next before: the two youngest keys are our own and that one. */
export function joinTxn(subject: Subject, lease: Lease, value: Buffer): TxnRequest {
  const { keyspace, name, holderId } = subject;
  const key = keyspace.key(name, holderId);
  const tombstone = keyspace.tombstone(holderId);
  return {
    compare: [isAbsent({ key }), isAbsent({ key: tombstone })],
    success: [
      { request_put: { key, value, lease: lease.id } },
      { request_range: { ...youngestOf(keyspace.range(name)), limit: "2" } },
    ],
    failure: [
      { request_range: { key, keys_only: true } },
      { request_range: { key: tombstone, keys_only: true } },
    ],
  };
}

/** Reads a waiter's own key, and the youngest that is older. */
export function placeTxn(subject: Subject, createRevision: string): TxnRequest {
  const { keyspace, name, holderId } = subject;
  const older = String(BigInt(createRevision) - 1n);
  return {
    success: [
      { request_range: { key: keyspace.key(name, holderId), keys_only: true } },
      { request_range: { ...youngestOf(keyspace.range(name)), max_create_revision: older } },
    ],
  };
}

function youngestOf(range: RangeRequest): RangeRequest {
  return { ...range, limit: "1", sort_order: "Descend", sort_target: "Create", keys_only: true };
}

/** Gives the lock back. No other holder has this key, so it needs no comparison. */
export function releaseKey({ keyspace, name, holderId }: Subject): { readonly key: Buffer } {
  return { key: keyspace.key(name, holderId) };
}

/**
 * Gives back what may still be asked for: the tombstone hangs on the same lease as the late request, which
 * either finds it or finds that its lease has ended.
 */
export function disownTxn(subject: Subject, lease: Lease): TxnRequest {
  const tombstone = subject.keyspace.tombstone(subject.holderId);
  return {
    success: [
      { request_delete_range: releaseKey(subject) },
      { request_put: { key: tombstone, value: Buffer.alloc(0), lease: lease.id } },
    ],
  };
}

/** Deletes a key that is still on that lease: another process may have adopted it since. */
export function letGoTxn(subject: Subject, lease: Lease): TxnRequest {
  const { key } = releaseKey(subject);
  return {
    compare: [{ key, target: "Lease", result: "Equal", lease: lease.id }],
    success: [{ request_delete_range: { key } }],
  };
}

/** Reads many keys at once, each by itself. */
export function readTxn(keys: readonly Buffer[]): TxnRequest {
  return { success: keys.map((key): RequestOp => ({ request_range: { key, keys_only: true } })) };
}

/** Hangs a key on another lease, if it is still the one that was read. Its create revision stays. */
export function moveTxn(
  key: Buffer,
  from: { readonly create_revision: string; readonly lease: string },
  to: Lease,
): TxnRequest {
  const { create_revision, lease } = from;
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

/** Deletes a key that is still the one that was inspected. */
export function breakTxn(key: Buffer, createRevision: string): TxnRequest {
  return {
    compare: [{ key, target: "Create", result: "Equal", create_revision: createRevision }],
    success: [{ request_delete_range: { key } }],
  };
}
