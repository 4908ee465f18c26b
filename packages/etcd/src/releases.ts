import { LockError, type ReleaseOutcome, type ReleaseRequest } from "@holdfast/core";
import type { Attempts } from "./attempts.ts";
import type { Caller } from "./caller.ts";
import { reasonOf } from "./classify-error.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Lease } from "./lease.ts";
import type { Leases } from "./leases.ts";
import { type Removal, removeHolder } from "./remove-holder.ts";

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
    const { leases, attempts } = this.#target;
    const { name, holderId, inDoubt } = request;
    const claim = leases.claimOf(holderId);
    if (claim !== undefined) {
      // A deletion of our own is no loss.
      claim.isHeld = false;
      claim.stopWatching?.();
    }
    try {
      const isRemoved = await (inDoubt
        ? this.#disown(request)
        : removeHolder({ name, holderId, claim }, this.#target));
      leases.detach(holderId);
      attempts.forget(holderId);
      return isRemoved ? "released" : "absent";
    } catch (error) {
      if (!LockError.is(error)) throw error;
      // What could not be given back is not to live on by the others on its lease.
      if (claim !== undefined) claim.validUntilMs = 0;
      return "unknown";
    }
  }

  /**
   * Waits for the answer to the acquire, if one is on its way: with it nothing can arrive later, and giving
   * back is enough. Without it a tombstone is left for the late request, on the lease that it needs; for
   * a request of another process, on one that ends by itself.
   */
  async #disown({ name, holderId, ttlMs }: ReleaseRequest): Promise<boolean> {
    const { attempts, leases } = this.#target;
    attempts.refuse(holderId);
    const attempt = attempts.of(holderId);
    const isAnswered = (await attempt?.isAnswered) ?? attempts.isAnswered(holderId);
    const removal = { name, holderId, claim: leases.claimOf(holderId) };
    if (isAnswered) return await removeHolder(removal, this.#target);
    const shutOutOn = attempt?.lease ?? (await leases.forTombstone(ttlMs));
    const isRemoved = await this.#shutOut({ ...removal, shutOutOn });
    attempts.forget(holderId);
    if (attempt !== undefined) leases.retire(shutOutOn);
    return isRemoved;
  }

  async #shutOut(removal: Removal & { readonly shutOutOn: Lease }): Promise<boolean> {
    const { shutOutOn } = removal;
    // Its keys ended with it, and nothing can be hung on it any more.
    if (shutOutOn.hasEnded) return false;
    try {
      return await removeHolder(removal, this.#target);
    } catch (error) {
      if (reasonOf(error) !== "LEASE") throw error;
      this.#target.leases.ended(shutOutOn, "its lease has ended on the server");
      return false;
    }
  }
}
