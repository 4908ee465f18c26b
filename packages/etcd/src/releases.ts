import { LockError, type ReleaseOutcome, type ReleaseRequest } from "@holdfast/core";
import type { Attempts } from "./attempts.ts";
import type { Caller } from "./caller.ts";
import { reasonOf } from "./classify-error.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease } from "./lease.ts";
import type { Leases } from "./leases.ts";
import { disownTxn, releaseKey, type Subject } from "./transactions.ts";

/** What giving back needs of the provider it serves. */
export interface ReleasesTarget {
  readonly caller: Caller;
  readonly keyspace: Keyspace;
  readonly leases: Leases;
  readonly attempts: Attempts;
}

/** Gives locks back, and makes good what may have taken effect. */
export class Releases {
  readonly #target: ReleasesTarget;

  constructor(target: ReleasesTarget) {
    this.#target = target;
  }

  async release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const { keyspace, leases, attempts } = this.#target;
    const { name, holderId, ttlMs, inDoubt } = request;
    const subject = { keyspace, name, holderId };
    const claim = leases.of(holderId)?.claims.get(holderId);
    if (claim !== undefined) {
      // A deletion of our own is no loss.
      claim.isHeld = false;
      claim.stopWatching?.();
    }
    try {
      const deleted = await (inDoubt ? this.#disown(subject, ttlMs) : this.#giveBack(subject));
      leases.detach(holderId);
      attempts.forget(holderId);
      return deleted === "0" ? "absent" : "released";
    } catch (error) {
      if (!LockError.is(error)) throw error;
      // What could not be given back is not to live on by the others on its lease.
      if (claim !== undefined) claim.validUntilMs = 0;
      return "unknown";
    }
  }

  async #giveBack(subject: Subject): Promise<string> {
    const { response } = await this.#target.caller.run({
      send: ({ client, options }) => client.kv.deleteRange(releaseKey(subject), options),
    });
    return response.deleted;
  }

  /**
   * Waits for the answer to the acquire, if one is on its way: with it nothing can arrive later, and giving
   * back is enough. Without it a tombstone is left for the late request, on the lease that it needs; for
   * a request of another process, on one that ends by itself.
   */
  async #disown(subject: Subject, ttlMs: number): Promise<string> {
    const { attempts, leases } = this.#target;
    const { holderId } = subject;
    attempts.refuse(holderId);
    const attempt = attempts.of(holderId);
    const isAnswered = (await attempt?.isAnswered) ?? attempts.isAnswered(holderId);
    if (isAnswered) return await this.#giveBack(subject);
    const lease = attempt?.lease ?? (await leases.forTombstone(ttlMs));
    const deleted = await this.#leaveTombstone(subject, lease);
    attempts.forget(holderId);
    if (attempt !== undefined) leases.retire(lease);
    return deleted;
  }

  async #leaveTombstone(subject: Subject, lease: Lease): Promise<string> {
    const { caller, leases } = this.#target;
    // Its keys ended with it, and nothing can be hung on it any more.
    if (lease.hasEnded) return "0";
    const txn = disownTxn(subject, lease);
    try {
      const { response } = await caller.run({
        send: ({ client, options }) => client.kv.txn(txn, options),
      });
      return response.responses[0]?.response_delete_range?.deleted ?? "0";
    } catch (error) {
      if (reasonOf(error) !== "LEASE") throw error;
      leases.ended(lease, "its lease has ended on the server");
      return "0";
    }
  }
}
