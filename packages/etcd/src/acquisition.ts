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
import { reasonOf } from "./classify-error.ts";
import type { KeyValue, TxnRequest, TxnResponse } from "./etcd-client.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease } from "./lease.ts";
import type { Leases } from "./leases.ts";
import { storedValue } from "./stored-value.ts";
import { acquireTxn } from "./transactions.ts";

/** What taking a lock needs of the provider it serves. */
export interface AcquisitionTarget {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  readonly leases: Leases;
  readonly attempts: Attempts;
}

/** A request that the server has answered, and the lease that it was made with. */
export interface Asked {
  readonly answer: Answer<TxnResponse>;
  readonly lease: Lease;
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
    const subject = { keyspace, name, holderId };
    const value = storedValue(request, clock);
    const txnOn = (lease: Lease): TxnRequest => acquireTxn(subject, lease, value);
    const { answer, lease } = await this.ask(request, departure, txnOn);
    const { header, succeeded, responses } = answer.response;
    if (succeeded) return this.granted(request, lease, header.revision);
    const first = responses[0]?.response_range?.kvs[0];
    if (isOwn(first, keyspace.key(name, holderId))) {
      // A copy of this request was first. Its key may hang on an earlier lease.
      if (first.lease === lease.id) return this.granted(request, lease, first.create_revision);
    }
    leases.detach(holderId);
    if (first === undefined) throw givenUp(name);
    return { granted: false, why: "held" };
  }

  /** Sends a transaction on a live lease; a lease that turns out to be dead is replaced once. */
  async ask(
    request: AcquireRequest,
    departure: Departure,
    txnOn: (lease: Lease) => TxnRequest,
  ): Promise<Asked> {
    const { leases } = this.#target;
    for (let tryCount = 1; ; tryCount += 1) {
      const lease = await leases.for(request);
      try {
        return {
          answer: await this.#send(request, departure, { lease, txn: txnOn(lease) }),
          lease,
        };
      } catch (error) {
        const isDead = reasonOf(error) === "LEASE";
        if (isDead) leases.ended(lease, "its lease has ended on the server");
        if (!isDead || tryCount === LEASE_TRY_COUNT_MAX) throw error;
      }
    }
  }

  async #send(
    { name, holderId }: AcquireRequest,
    departure: Departure,
    { lease, txn }: { readonly lease: Lease; readonly txn: TxnRequest },
  ): Promise<Answer<TxnResponse>> {
    const { caller, leases, attempts } = this.#target;
    leases.attach(lease, { name, holderId, validUntilMs: Number.POSITIVE_INFINITY, isHeld: false });
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
    try {
      const answer = await asking;
      await refreshing;
      lease.confirm(answer);
      return answer;
    } catch (error) {
      if (LockError.is(error) && error.outcome === "not-applied") leases.detach(holderId);
      throw error;
    }
  }

  /** Counts from the last proof that the lease lives, which was sent earlier than the request. */
  granted({ name, holderId }: AcquireRequest, lease: Lease, createRevision: string): Grant {
    const { provenAtMs, ttlMs } = lease;
    const claim = { name, holderId, validUntilMs: provenAtMs + ttlMs, isHeld: true };
    this.#target.leases.attach(lease, claim);
    const fencingToken = BigInt(createRevision);
    const sentAtMs = provenAtMs;
    return { granted: true, name, holderId, ttlMs, fencingToken, sentAtMs, validMs: ttlMs };
  }
}

/** The key of this very acquisition. */
function isOwn(found: KeyValue | undefined, key: Buffer): found is KeyValue {
  return found?.key.equals(key) ?? false;
}

/** The request arrived after its holder had given up. Nothing was done, and none will be. */
export function givenUp(lockName: string): LockError {
  const words = "etcd: this attempt was given up before it arrived";
  return new LockError("ABORTED", words, { lockName });
}
