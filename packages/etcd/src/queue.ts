import { type EnqueueRequest, type Grant, LockError } from "@holdfast/core";
import { abortable, aborted, type Departure } from "./abortable.ts";
import {
  type Acquisition,
  type AcquisitionTarget,
  givenUp,
  type Hold,
  pendingClaim,
} from "./acquisition.ts";
import type { Answer } from "./caller.ts";
import { withOutcome } from "./classify-error.ts";
import type { KeyValue, TxnRequest, TxnResponse } from "./etcd-client.ts";
import { LeaseUnknown } from "./lease.ts";
import { keyOf, storedValue } from "./stored-value.ts";
import { joinTxn, placeTxn } from "./transactions.ts";
import type { Watches } from "./watches.ts";

/** How often a waiter looks by itself, as a share of its ttl: its lease has to be kept alive, too. */
const LOOK_SHARE = 1 / 3;
/** The first look after one that had no answer. */
const RETRY_MS = 100;

/** Where a waiter stands. */
interface Place extends Hold {
  readonly request: EnqueueRequest;
  readonly createRevision: string;
  /** Whose key is the next smaller one; undefined at the head of the queue. */
  readonly predecessor: KeyValue | undefined;
  /** Of the reading that found the predecessor. */
  readonly revision: string;
}

/** The answer to a look, and what went wrong with the keepalive beside it. */
interface Reading {
  readonly answer: Answer<TxnResponse>;
  readonly trouble: unknown;
}

/**
 * Waiting in the order of create revisions. A waiter watches the one key before its own, reads again on any
 * hint, and looks by itself every third of its ttl. What it was told never makes it a holder, only a
 * reading in which its own key is there, on its lease, and the first.
 */
export class Queue {
  readonly #target: AcquisitionTarget;
  readonly #acquisition: Acquisition;
  readonly #watches: Watches;

  constructor(target: AcquisitionTarget, acquisition: Acquisition, watches: Watches) {
    this.#target = target;
    this.#acquisition = acquisition;
    this.#watches = watches;
  }

  /** Resolves with the grant. Rejects at once on abort, and for faults that outlast the lease. */
  async enqueue(request: EnqueueRequest): Promise<Grant> {
    const departure = this.#acquisition.depart(request);
    return await abortable(this.#queueUp(request, departure), departure);
  }

  /** A waiter whose key is gone, because its lease ended or somebody deleted it, joins anew at the end. */
  async #queueUp(request: EnqueueRequest, departure: Departure): Promise<Grant> {
    for (;;) {
      let place: Place | undefined = await this.#join(request, departure);
      while (place?.predecessor !== undefined) {
        const isTold = await this.#hint(place);
        place = await this.#look(place, departure, isTold);
      }
      if (place !== undefined)
        return this.#acquisition.granted(request, place, place.createRevision);
    }
  }

  async #join(request: EnqueueRequest, departure: Departure): Promise<Place | undefined> {
    const { clock, keyspace, leases } = this.#target;
    const { name, holderId } = request;
    const value = storedValue(request, clock);
    const txnOn = ({ lease, key }: Hold): TxnRequest =>
      joinTxn({ keyspace, name, holderId, key }, lease, value);
    const { answer, lease, key } = await this.#acquisition.ask(request, departure, txnOn);
    const { header, succeeded, responses } = answer.response;
    const { revision } = header;
    const [own, tombstone] = responses.map(({ response_range }) => response_range?.kvs[0]);
    if (!succeeded && tombstone !== undefined) {
      leases.detach(holderId);
      throw givenUp(name);
    }
    if (!succeeded && (own === undefined || keyOf(holderId, [own]) === undefined)) {
      // What was held under this key once was adopted by another process.
      leases.detach(holderId, false);
      return undefined;
    }
    const createRevision = own?.create_revision ?? revision;
    leases.attach(lease, pendingClaim(request, key, { createRevision }));
    const predecessor = responses[1]?.response_range?.kvs[1];
    const place = { request, lease, key, createRevision, predecessor, revision };
    // A copy of this request was first; where it stands is to be read.
    return succeeded ? place : await this.#look(place, departure, false);
  }

  /** Until the predecessor may be gone, or it is time to look. True when a watcher said so. */
  #hint({ request, lease, predecessor, revision }: Place): Promise<boolean> {
    const { clock } = this.#target;
    if (request.signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isTold: boolean): void => {
        timer.cancel();
        stop();
        request.signal.removeEventListener("abort", onAbort);
        resolve(isTold);
      };
      const onAbort = (): void => settle(false);
      const timer = clock.setTimer(lease.ttlMs * LOOK_SHARE, () => settle(false));
      const from = String(BigInt(revision) + 1n);
      const key = predecessor?.key ?? Buffer.alloc(0);
      const stop = this.#watches.watch(key, from, () => settle(true));
      request.signal.addEventListener("abort", onAbort);
    });
  }

  /** Reads where the waiter stands now; undefined when its key is gone. */
  async #look(place: Place, departure: Departure, isTold: boolean): Promise<Place | undefined> {
    const { request, lease, key, createRevision, predecessor } = place;
    const { keyspace, leases } = this.#target;
    const { name, holderId } = request;
    const txn = placeTxn({ keyspace, name, holderId, key }, createRevision);
    const { answer, trouble } = await this.#read(txn, place, departure);
    const { header, responses } = answer.response;
    const [own, before] = responses.map(({ response_range }) => response_range?.kvs[0]);
    if (own?.create_revision !== createRevision || own.lease !== lease.id) {
      if (trouble instanceof LeaseUnknown) leases.ended(lease, "its lease has ended on the server");
      leases.detach(holderId);
      return undefined;
    }
    lease.confirm(answer);
    const isNews = predecessor !== undefined && !(before?.key.equals(predecessor.key) ?? false);
    if (isNews && !isTold) this.#watches.distrust();
    // A watcher that ends at once, as where watching is not permitted, must not make a busy loop.
    if (isTold && !isNews) await this.#pause(request.signal);
    return { ...place, predecessor: before, revision: header.revision };
  }

  /** Asks until there is an answer, as long as the waiter's lease may live. */
  async #read(txn: TxnRequest, { request, lease }: Place, departure: Departure): Promise<Reading> {
    const { caller, clock, leases } = this.#target;
    for (;;) {
      if (request.signal.aborted) throw aborted(departure);
      // A grant that is never renewed is to begin with all of its ttl.
      const refreshing = leases.refresh(lease, !request.renewable);
      try {
        const answer = await caller.run({
          send: ({ client, options }) => client.kv.txn(txn, options),
          lockName: request.name,
        });
        return { answer, trouble: await refreshing };
      } catch (error) {
        const isPassing = LockError.is(error) && error.code === "BACKEND_UNAVAILABLE";
        if (!isPassing || lease.isDoubtful(clock.monotonicMs())) {
          // The reading was not applied, and the place in the queue may be there all the same.
          throw withOutcome(error, request.name, "unknown");
        }
      }
      await this.#pause(request.signal);
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", settle);
        resolve();
      };
      const timer = this.#target.clock.setTimer(RETRY_MS, settle);
      signal.addEventListener("abort", settle);
    });
  }
}
