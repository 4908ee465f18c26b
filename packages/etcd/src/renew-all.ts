import { LockError, type RenewOutcome, type RenewRequest } from "@holdfast/core";
import type { Caller } from "./caller.ts";
import type { KeyValue, TxnResponse } from "./etcd-client.ts";
import type { HeldWatch } from "./held-watch.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease, LeasedClaim } from "./lease.ts";
import type { Leases } from "./leases.ts";
import { keyOf } from "./stored-value.ts";
import { moveTxn, readTxn } from "./transactions.ts";

/** What renewing needs of the provider it serves. */
export interface RenewTarget {
  readonly caller: Caller;
  readonly keyspace: Keyspace;
  readonly leases: Leases;
  readonly heldWatch: HeldWatch;
}

/** Keys read in one transaction; a server takes 128 operations unless it is told otherwise. */
const KEYS_PER_TXN = 100;

/**
 * Renews everything in few calls: one keepalive for each lease, unless one has just been answered, and one
 * read for a hundred keys. The read shows that the key is still there, and confirms the keepalive.
 */
export async function renewAll(
  requests: readonly RenewRequest[],
  target: RenewTarget,
): Promise<readonly RenewOutcome[]> {
  const outcomes: RenewOutcome[] = new Array(requests.length);
  const batches: Promise<void>[] = [];
  for (let from = 0; from < requests.length; from += KEYS_PER_TXN) {
    const batch = requests.slice(from, from + KEYS_PER_TXN);
    const renewing = renewBatch(batch, target).then((answers) => {
      for (const [at, outcome] of answers.entries()) outcomes[from + at] = outcome;
    });
    batches.push(renewing);
  }
  await Promise.all(batches);
  return outcomes;
}

/** A fault of the whole is an unknown outcome for each of its items. */
async function renewBatch(
  batch: readonly RenewRequest[],
  target: RenewTarget,
): Promise<readonly RenewOutcome[]> {
  const { caller, keyspace, leases } = target;
  const refreshing = refreshAll(batch, leases);
  const provenBefore = new Map([...refreshing.keys()].map((lease) => [lease, lease.provenAtMs]));
  const claims = batch.map(({ holderId }) => known(leases.claimOf(holderId)));
  const txn = readTxn(batch.map(({ name }, at) => claims[at]?.key ?? keyspace.range(name)));
  try {
    const answer = await caller.run({
      send: ({ client, options }) => client.kv.txn(txn, options),
    });
    const troubles = new Map<Lease, unknown>();
    for (const [lease, asking] of refreshing) {
      const trouble = await asking;
      lease.confirm(answer);
      const isProven = asking === undefined || lease.provenAtMs > (provenBefore.get(lease) ?? 0);
      troubles.set(lease, isProven ? undefined : (trouble ?? unconfirmed()));
    }
    return await Promise.all(
      batch.map((request, at) => {
        const kvs = answer.response.responses[at]?.response_range?.kvs;
        const found = ownOf(request, claims[at], kvs);
        const lease = leases.of(request.holderId);
        const { revision } = answer.response.header;
        const reading = { found, revision, trouble: lease && troubles.get(lease) };
        return settle(request, reading, target);
      }),
    );
  } catch (cause) {
    return batch.map(() => ({ status: "unknown", cause }));
  }
}

/** Keeps alive the lease of each, unless another holder's keepalive proves more than this one knows. */
function refreshAll(
  batch: readonly RenewRequest[],
  leases: Leases,
): ReadonlyMap<Lease, Promise<unknown> | undefined> {
  const refreshing = new Map<Lease, Promise<unknown> | undefined>();
  for (const { holderId } of batch) {
    const lease = leases.of(holderId);
    if (lease === undefined || refreshing.get(lease) !== undefined) continue;
    const knownUntilMs = lease.claims.get(holderId)?.validUntilMs ?? 0;
    const isNews = lease.provenAtMs + lease.ttlMs > knownUntilMs;
    refreshing.set(lease, leases.refresh(lease, !isNews));
  }
  return refreshing;
}

/** A claim whose key is known. */
function known(claim: LeasedClaim | undefined): LeasedClaim | undefined {
  return claim?.createRevision === undefined ? undefined : claim;
}

/** What was granted to this holder; not what has its key since, in this process. */
function ownOf(
  { holderId }: RenewRequest,
  claim: LeasedClaim | undefined,
  found: readonly KeyValue[] | undefined,
): KeyValue | undefined {
  if (claim === undefined) return keyOf(holderId, found);
  return found?.find(({ create_revision }) => create_revision === claim.createRevision);
}

/** What was read of one key, and what went wrong with the keepalive of its lease. */
interface Reading {
  readonly found: KeyValue | undefined;
  readonly revision: string;
  readonly trouble: unknown;
}

async function settle(
  request: RenewRequest,
  { found, revision, trouble }: Reading,
  target: RenewTarget,
): Promise<RenewOutcome> {
  const { leases, heldWatch } = target;
  const { holderId, ttlMs } = request;
  const lease = leases.of(holderId);
  if (found === undefined) {
    leases.detach(holderId);
    return { status: "lost", why: "its key is gone" };
  }
  if (lease?.id !== found.lease || !leases.fits(lease, ttlMs)) {
    return await move(request, found, target);
  }
  const claim = lease.claims.get(holderId);
  if (claim !== undefined) heldWatch.begin(claim, revision);
  const untilMs = lease.provenAtMs + lease.ttlMs;
  if (trouble !== undefined && claim !== undefined && claim.validUntilMs >= untilMs) {
    return { status: "unknown", cause: trouble };
  }
  return renewed(lease, request, found);
}

/** Hangs the key on the right lease of this process: another ttl, or adopted from another process. */
async function move(
  request: RenewRequest,
  found: KeyValue,
  { caller, leases }: RenewTarget,
): Promise<RenewOutcome> {
  const { name, holderId, ttlMs } = request;
  try {
    const lease = await leases.for({ holderId, ttlMs, renewable: true });
    const refreshing = leases.refresh(lease);
    const txn = moveTxn(found, lease);
    const { key, create_revision: createRevision } = found;
    const claim = { name, holderId, key, createRevision, isHeld: true };
    // Moved without an answer and not renewed again, it must not live on by the others on its new lease.
    if (leases.of(holderId) === undefined) {
      leases.attach(lease, { ...claim, validUntilMs: lease.provenAtMs + lease.ttlMs });
    }
    const answer = await caller.run({ send: ({ client, options }) => client.kv.txn(txn, options) });
    await refreshing;
    if (answer.response.succeeded) {
      lease.confirm(answer);
      leases.attach(lease, { ...claim, validUntilMs: 0 });
      return renewed(lease, request, found);
    }
    if (isThere(answer.response)) return { status: "unknown", cause: movedMeanwhile(name) };
    leases.detach(holderId);
    return { status: "lost", why: "its key is gone" };
  } catch (cause) {
    return { status: "unknown", cause };
  }
}

function renewed(lease: Lease, { holderId }: RenewRequest, found: KeyValue): RenewOutcome {
  const claim = lease.claims.get(holderId);
  if (claim !== undefined) claim.validUntilMs = lease.provenAtMs + lease.ttlMs;
  return {
    status: "renewed",
    sentAtMs: lease.provenAtMs,
    validMs: lease.ttlMs,
    fencingToken: BigInt(found.create_revision),
  };
}

function isThere({ responses }: TxnResponse): boolean {
  return (responses[0]?.response_range?.kvs.length ?? 0) > 0;
}

/** The leader that kept the lease alive is not the one that the cluster follows. */
function unconfirmed(): LockError {
  const words = "etcd: the leader changed while the lease was kept alive";
  return new LockError("BACKEND_UNAVAILABLE", words, { outcome: "unknown" });
}

function movedMeanwhile(lockName: string): LockError {
  const words = `etcd: lock ${JSON.stringify(lockName)} was renewed by another process meanwhile`;
  return new LockError("BACKEND_UNAVAILABLE", words, { lockName, outcome: "unknown" });
}
