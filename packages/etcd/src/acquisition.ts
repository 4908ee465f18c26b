import {
  type AcquireRequest,
  type Clock,
  type Grant,
  LockError,
  type Refusal,
} from "@holdfast/core";
import { abortable, aborted, type Departure } from "./abortable.ts";
import type { Attempts } from "./attempts.ts";
import type { Answer, Caller } from "./caller.ts";
import { reasonOf, withOutcome } from "./classify-error.ts";
import type { TxnRequest, TxnResponse } from "./etcd-client.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease, LeasedClaim } from "./lease.ts";
import type { Leases } from "./leases.ts";
import { keyOf, storedValue } from "./stored-value.ts";
import { acquireTxn } from "./transactions.ts";

/** What taking a lock needs of the provider it serves. */
export interface AcquisitionTarget {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  readonly leases: Leases;
  readonly attempts: Attempts;
}

/** Under which key an acquisition is, and on which lease. */
export interface Hold {
  readonly lease: Lease;
  readonly key: Buffer;
}

/** A request that the server has answered. */
export interface Asked extends Hold {
  readonly answer: Answer<TxnResponse>;
}

/** A lease may be found dead once; twice in a row something else is wrong. */
const LEASE_TRY_COUNT_MAX = 2;

/** Single attempts to take a lock: one transaction, and the lease it hangs on. */
export class Acquisition {
  readonly #target: AcquisitionTarget;

  constructor(target: AcquisitionTarget) {
    this.#target = target;
  }

  async tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    const departure = this.depart(request);
    return await abortable(this.#try(request, departure), departure);
  }

  /** Throws for what is not to be sent at all. */
  depart({ name, signal }: AcquireRequest): Departure {
    this.#target.caller.assertOpen(name);
    const departure = { lockName: name, signal, isSent: false };
    if (signal?.aborted) throw aborted(departure);
    return departure;
  }

  async #try(request: AcquireRequest, departure: Departure): Promise<Grant | Refusal> {
    const { clock, keyspace, leases } = this.#target;
    const { name, holderId } = request;
    const value = storedValue(request, clock);
    const txnOn = ({ lease, key }: Hold): TxnRequest =>
      acquireTxn({ keyspace, name, holderId, key }, lease, value);
    const asked = await this.ask(request, departure, txnOn);
    const { header, succeeded, responses } = asked.answer.response;
    if (succeeded) return this.granted(request, asked, header.revision);
    const first = responses[0]?.response_range?.kvs[0];
    const own = first && keyOf(holderId, [first]);
    // A copy of this request was first. Its key may hang on an earlier lease.
    if (own?.lease === asked.lease.id) return this.granted(request, asked, own.create_revision);
    leases.detach(holderId);
    if (first === undefined) throw givenUp(name);
    return { granted: false, why: "held" };
  }

  /** Sends a transaction on a live lease; a lease that turns out to be dead is replaced once. */
  async ask(
    request: AcquireRequest,
    departure: Departure,
    txnOn: (hold: Hold) => TxnRequest,
  ): Promise<Asked> {
    const { leases } = this.#target;
    for (let tryCount = 1; ; tryCount += 1) {
      const lease = await this.#leaseFor(request);
      const hold = { lease, key: leases.keyFor(request.name, request.holderId) };
      try {
        return {
          answer: await this.#send(request, departure, { ...hold, txn: txnOn(hold) }),
          ...hold,
        };
      } catch (error) {
        const isDead = reasonOf(error) === "LEASE";
        if (isDead) leases.ended(lease, "its lease has ended on the server");
        if (!isDead || tryCount === LEASE_TRY_COUNT_MAX) throw error;
      }
    }
  }

  /** Without a lease nothing was asked for, whatever became of the lease. */
  async #leaseFor(request: AcquireRequest): Promise<Lease> {
    try {
      return await this.#target.leases.for(request);
    } catch (error) {
      const isUnknown = LockError.is(error) && error.outcome === "unknown";
      if (isUnknown) this.#target.leases.abandon(request);
      throw withOutcome(error, request.name, "not-applied");
    }
  }

  async #send(
    { name, holderId }: AcquireRequest,
    departure: Departure,
    { lease, key, txn }: Hold & { readonly txn: TxnRequest },
  ): Promise<Answer<TxnResponse>> {
    const { caller, leases, attempts } = this.#target;
    leases.attach(lease, pendingClaim({ name, holderId }, key, leases.claimOf(holderId)));
    if (departure.signal?.aborted || attempts.isRefused(holderId)) {
      leases.detach(holderId);
      throw departure.signal?.aborted ? aborted(departure) : givenUp(name);
    }
    const refreshing = leases.refresh(lease);
    departure.isSent = true;
    const asking = caller.run({
      send: ({ client, options }) => client.kv.txn(txn, options),
      lockName: name,
    });
    attempts.track(holderId, lease, asking);
    let answer: Answer<TxnResponse>;
    try {
      answer = await asking;
    } catch (error) {
      if (LockError.is(error) && error.outcome === "not-applied") leases.detach(holderId);
      throw error;
    }
    await refreshing;
    this.#assertWanted(name, holderId);
    lease.confirm(answer);
    return answer;
  }

  /** It may have been released in doubt before its answer was read: then nothing is left of it. */
  #assertWanted(name: string, holderId: string): void {
    if (this.#target.attempts.isRefused(holderId)) throw givenUp(name);
  }

  /**
   * Counts from the last proof that the lease lives, which was sent earlier than the request. Throws where the
   * lease has been given up since: it is being revoked, and the key with it.
   */
  granted({ name, holderId }: AcquireRequest, { lease, key }: Hold, createRevision: string): Grant {
    this.#assertWanted(name, holderId);
    if (lease.hasEnded) throw endedMeanwhile(name);
    const { provenAtMs, ttlMs } = lease;
    const validUntilMs = provenAtMs + ttlMs;
    const claim = { name, holderId, key, createRevision, validUntilMs, isHeld: true };
    this.#target.leases.attach(lease, claim);
    const fencingToken = BigInt(createRevision);
    const sentAtMs = provenAtMs;
    return { granted: true, name, holderId, ttlMs, fencingToken, sentAtMs, validMs: ttlMs };
  }
}

/** What is asked for, or waits: nobody believes in it yet. */
export function pendingClaim(
  { name, holderId }: Pick<LeasedClaim, "name" | "holderId">,
  key: Buffer,
  from: { readonly createRevision: string | undefined } | undefined,
): LeasedClaim {
  const validUntilMs = Number.POSITIVE_INFINITY;
  return { name, holderId, key, createRevision: from?.createRevision, validUntilMs, isHeld: false };
}

/** It was granted on a lease that was found to have ended before the answer was read. */
function endedMeanwhile(lockName: string): LockError {
  const words = `etcd: the lease under lock ${JSON.stringify(lockName)} ended while it was taken`;
  return new LockError("BACKEND_UNAVAILABLE", words, { lockName, outcome: "unknown" });
}

/** The request arrived after its holder had given up. Nothing was done, and none will be. */
export function givenUp(lockName: string): LockError {
  const words = "etcd: this attempt was given up before it arrived";
  return new LockError("ABORTED", words, { lockName });
}
