import { createHash } from "node:crypto";
import { type Clock, LockError, type Loss } from "@holdfast/core";
import type { Caller } from "./caller.ts";
import { reasonOf } from "./classify-error.ts";
import { HolderKeys } from "./holder-keys.ts";
import { keepAliveOnce } from "./keep-alive.ts";
import type { Keyspace } from "./keyspace.ts";
import { Lease, type LeasedClaim, LeaseUnknown } from "./lease.ts";
import { removeHolder } from "./remove-holder.ts";
import { letGoTxn, readTxn } from "./transactions.ts";

/** Shared leases are of 2, 4, 8 ... 256 s; a longer ttl gets a lease of its own. */
const SHARED_TTL_MS_MAX = 256_000;
const SECOND_MS = 1_000;
/** Least life of a tombstone for another process: a request delayed longer can make a ghost of one ttl. */
const TOMBSTONE_MS_MIN = 60_000;

/** Locks that are looked at before a lease is revoked; with more the lease is left to end by itself. */
const ASKED_AT_CLOSE_MAX = 100;

/** What the leases of a provider need of it. */
export interface LeasesHost {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  lost(loss: Loss): void;
}

/** Which lease an acquisition is to hang on. */
export interface LeaseWanted {
  readonly holderId: string;
  readonly ttlMs: number;
  readonly renewable: boolean;
}

/**
 * The leases of one process: one for each ttl class, shared by all renewable locks, and one for each lock
 * that is not renewed or has a very long ttl. Nothing here has a timer: a lease is kept alive when a holder
 * on it is renewed or a lock is taken on it, and ends by itself when nobody does.
 */
export class Leases {
  readonly #host: LeasesHost;
  readonly #shared = new Map<number, Lease>();
  readonly #granting = new Map<number, Promise<Lease>>();
  /** Those that are asked for, shared or not. */
  readonly #asking = new Set<Promise<Lease>>();
  readonly #alive = new Set<Lease>();
  #isClosed = false;
  readonly #ofHolder = new Map<string, Lease>();
  readonly #keys: HolderKeys;
  #tombstones: Lease | undefined;
  /** Calls that nobody awaits, for closing to wait for. */
  readonly #background = new Set<Promise<unknown>>();

  constructor(host: LeasesHost) {
    this.#host = host;
    this.#keys = new HolderKeys(host.keyspace);
  }

  /**
   * A lease that an acquisition can hang on; granted by the server first where there is none. Rejects
   * PROVIDER_CLOSED while closing.
   */
  async for(wanted: LeaseWanted): Promise<Lease> {
    const classMs = classOf(wanted.ttlMs);
    if (!wanted.renewable || classMs === undefined) return await this.#own(wanted);
    const lease = this.#shared.get(classMs);
    if (lease !== undefined && !this.#isGone(lease)) return lease;
    const granting = this.#granting.get(classMs) ?? this.#share(classMs);
    this.#granting.set(classMs, granting);
    return await granting;
  }

  /** An acquisition that got no lease: one of its own may have been granted all the same. */
  abandon({ holderId, ttlMs, renewable }: LeaseWanted): void {
    if (renewable && classOf(ttlMs) !== undefined) return;
    if (!this.#isClosed) this.#revokeId(ownLeaseId(holderId));
  }

  /** A lease for tombstones of other processes' requests, that ends by itself: nobody keeps it alive. */
  async forTombstone(ttlMs: number): Promise<Lease> {
    const keptMs = Math.max(2 * ttlMs, TOMBSTONE_MS_MIN);
    const known = this.#tombstones;
    const untilMs = this.#host.clock.monotonicMs() + keptMs;
    if (known && !known.hasEnded && known.provenAtMs + known.ttlMs > untilMs) return known;
    const lease = await this.#grant({ ttlMs: 2 * keptMs, isOwn: false });
    this.#tombstones = lease;
    return lease;
  }

  /** The lease of a claim of this process. */
  of(holderId: string): Lease | undefined {
    return this.#ofHolder.get(holderId);
  }

  /** What this process knows of a holder: asked for, waiting or held. */
  claimOf(holderId: string): LeasedClaim | undefined {
    return this.#ofHolder.get(holderId)?.claims.get(holderId);
  }

  /** The key of that holder, or one that no other acquisition of this process uses. */
  keyFor(name: string, holderId: string): Buffer {
    return this.claimOf(holderId)?.key ?? this.#keys.take(name);
  }

  /** True for a lease that a claim with this ttl may stay on. */
  fits(lease: Lease, ttlMs: number): boolean {
    if (lease.hasEnded) return false;
    return lease.isOwn ? lease.ttlMs >= ttlMs : lease === this.#shared.get(classOf(ttlMs) ?? 0);
  }

  attach(lease: Lease, claim: LeasedClaim): void {
    const earlier = this.#ofHolder.get(claim.holderId);
    earlier?.claims.get(claim.holderId)?.stopWatching?.();
    if (earlier !== lease) earlier?.claims.delete(claim.holderId);
    lease.claims.set(claim.holderId, claim);
    this.#ofHolder.set(claim.holderId, lease);
    if (earlier !== undefined && earlier !== lease) this.#endIfUnused(earlier);
  }

  /**
   * The server has answered that nothing of this claim is left, or that it is another's. Its key can be used
   * anew, unless another process adopted what is under it.
   */
  detach(holderId: string, isKeyFree = true): void {
    const lease = this.#ofHolder.get(holderId);
    if (lease === undefined) return;
    const claim = lease.claims.get(holderId);
    this.#ofHolder.delete(holderId);
    lease.claims.delete(holderId);
    if (claim !== undefined) {
      claim.stopWatching?.();
      if (isKeyFree) this.#keys.free(claim.name, claim.key);
    }
    this.#endIfUnused(lease);
  }

  /** The server has let go of a claim that it is still held by. Told once. */
  lose(claim: LeasedClaim, why: string): void {
    const { name, holderId, isHeld } = claim;
    if (this.claimOf(holderId) !== claim) return;
    this.detach(holderId);
    if (isHeld) this.#host.lost({ name, holderId, why });
  }

  /**
   * Keeps the lease alive where that is due, or in any case for a holder who knows the last proof already.
   * Resolves with what went wrong, never rejects.
   */
  refresh(lease: Lease, isWanted = false): Promise<unknown> | undefined {
    if (lease.refreshing !== undefined) return lease.refreshing;
    if (!isWanted && lease.isFresh(this.#host.clock.monotonicMs())) return undefined;
    this.#sweep(lease);
    const { caller } = this.#host;
    const asking = caller.run({ send: (sending) => keepAliveOnce(lease.id, sending) });
    lease.refreshing = asking
      .then(
        (answer) => {
          // A leader that has only just been elected may not know the lease yet: its keys will tell.
          if (answer.response.TTL === "0")
            return new LeaseUnknown("the server does not know the lease");
          lease.keptAlive(answer);
          return undefined;
        },
        (error: unknown) => error,
      )
      .finally(() => {
        lease.refreshing = undefined;
      });
    return lease.refreshing;
  }

  /** No new claims: a request of unknown outcome may still arrive on it. It is revoked when it is empty. */
  retire(lease: Lease): void {
    lease.isRetired = true;
    for (const [classMs, shared] of this.#shared) {
      if (shared === lease) this.#shared.delete(classMs);
    }
    this.#endIfUnused(lease);
  }

  /** The server has ended it, and with it everything on it. */
  ended(lease: Lease, why: string): void {
    if (lease.hasEnded) return;
    lease.hasEnded = true;
    this.#alive.delete(lease);
    this.retire(lease);
    const claims = [...lease.claims.values()];
    lease.claims.clear();
    for (const { name, holderId, key, isHeld, stopWatching } of claims) {
      this.#ofHolder.delete(holderId);
      this.#keys.free(name, key);
      stopWatching?.();
      if (isHeld) this.#host.lost({ name, holderId, why });
    }
  }

  /** Work that nobody awaits; closing does. Its failure is nobody's: what it leaves ends by itself. */
  background(work: Promise<unknown>): void {
    const done = work.catch(() => undefined).finally(() => this.#background.delete(done));
    this.#background.add(done);
  }

  /**
   * Revokes the leases, which deletes what is on them. One that still carries a held lock was detached for
   * another process to adopt, and ends by itself otherwise.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#asking);
    const closing = [...this.#alive].map(async (lease) => {
      if (!(await this.#isInUse(lease))) this.#revoke(lease);
    });
    await Promise.allSettled(closing);
    await Promise.all(this.#background);
  }

  /** Asks, since others may have released, broken or adopted what was held here. */
  async #isInUse(lease: Lease): Promise<boolean> {
    const held = [...lease.claims.values()].filter((claim) => claim.isHeld);
    if (held.length === 0) return false;
    const { caller } = this.#host;
    const some = held.slice(0, ASKED_AT_CLOSE_MAX);
    const txn = readTxn(some.map(({ key }) => key));
    const { response } = await caller.run({
      send: ({ client, options }) => client.kv.txn(txn, options),
    });
    const found = response.responses.flatMap(({ response_range }) => response_range?.kvs ?? []);
    return held.length > some.length || found.some(({ lease: id }) => id === lease.id);
  }

  /** Whatever held on a lease that was not kept alive in time knows it by its own clock. */
  #isGone(lease: Lease): boolean {
    if (lease.hasEnded) return true;
    if (!lease.isDoubtful(this.#host.clock.monotonicMs())) return false;
    this.ended(lease, "its lease was not kept alive in time");
    this.#revokeId(lease.id);
    return true;
  }

  async #share(classMs: number): Promise<Lease> {
    try {
      const lease = await this.#grant({ ttlMs: classMs, isOwn: false });
      this.#shared.set(classMs, lease);
      return lease;
    } finally {
      this.#granting.delete(classMs);
    }
  }

  /** Its id is made of the holderId, so that it can be revoked though its grant was never answered. */
  async #own({ holderId, ttlMs }: LeaseWanted): Promise<Lease> {
    const id = ownLeaseId(holderId);
    const known = this.#ofHolder.get(holderId);
    if (known?.id === id) return known;
    try {
      return await this.#grant({ ttlMs, isOwn: true, id });
    } catch (error) {
      // Another process has this holder's first one, and may end it when it closes.
      if (reasonOf(error) !== "LEASE_EXISTS") throw error;
      return await this.#grant({ ttlMs, isOwn: true });
    }
  }

  /** Closing waits for the answer, so that it can be revoked. */
  async #grant(wanted: GrantWanted): Promise<Lease> {
    if (this.#isClosed) throw new LockError("PROVIDER_CLOSED", "etcd: the provider is closed");
    const asking = this.#ask(wanted);
    this.#asking.add(asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(asking);
    }
  }

  async #ask(wanted: GrantWanted): Promise<Lease> {
    const { ttlMs, isOwn, id = "0" } = wanted;
    const request = { TTL: String(Math.ceil(ttlMs / SECOND_MS)), ID: id };
    const { response, sentAtMs } = await this.#host.caller.run({
      send: ({ client, options }) => client.leaseClient.leaseGrant(request, options),
    });
    const grantedMs = Number(response.TTL) * SECOND_MS;
    const lease = new Lease(response.ID, { ttlMs: grantedMs, sentAtMs, isOwn });
    this.#alive.add(lease);
    return lease;
  }

  #endIfUnused(lease: Lease): void {
    if ((lease.isOwn || lease.isRetired) && lease.claims.size === 0) this.#revoke(lease);
  }

  #revoke(lease: Lease): void {
    if (lease.hasEnded) return;
    lease.hasEnded = true;
    this.#alive.delete(lease);
    this.#revokeId(lease.id);
  }

  #revokeId(ID: string): void {
    const revoking = this.#host.caller.run({
      send: ({ client, options }) => client.leaseClient.leaseRevoke({ ID }, options),
    });
    this.background(revoking);
  }

  /** A holder that stopped renewing must not live on by the others on its lease. */
  #sweep(lease: Lease): void {
    const nowMs = this.#host.clock.monotonicMs();
    for (const claim of lease.claims.values()) {
      if (claim.validUntilMs <= nowMs) this.background(this.#letGo(lease, claim));
    }
  }

  async #letGo(lease: Lease, claim: LeasedClaim): Promise<void> {
    const { name, holderId, key, createRevision } = claim;
    const { caller } = this.#host;
    if (createRevision === undefined || lease.isRetired) {
      const shutOutOn = lease.isRetired ? lease : undefined;
      await removeHolder({ name, holderId, claim, shutOutOn }, this.#host);
    } else {
      const txn = letGoTxn({ key, create_revision: createRevision }, lease);
      await caller.run({ send: ({ client, options }) => client.kv.txn(txn, options) });
    }
    this.detach(holderId);
  }
}

/** What the server is asked to grant. */
interface GrantWanted {
  readonly ttlMs: number;
  readonly isOwn: boolean;
  readonly id?: string;
}

/** The shared lease for a ttl, by its own: the next power of two of seconds. */
function classOf(ttlMs: number): number | undefined {
  if (ttlMs > SHARED_TTL_MS_MAX) return undefined;
  let classMs = 2 * SECOND_MS;
  while (classMs < ttlMs) classMs *= 2;
  return classMs;
}

/** 63 bits of a digest, never 0. */
function ownLeaseId(holderId: string): string {
  const digest = createHash("sha256").update(holderId).digest();
  return String((digest.readBigUInt64BE() >> 1n) | 1n);
}
