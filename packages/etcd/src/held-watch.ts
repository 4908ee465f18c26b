import type { LeasedClaim } from "./lease.ts";
import type { Leases } from "./leases.ts";
import type { Watches } from "./watches.ts";

/** Held locks that are watched at once. The others learn of a deletion at their next renewal. */
const WATCHED_COUNT_MAX = 1_000;

/**
 * Watches the keys of locks that are held for longer than a renewal period, so that a deletion is told at
 * once. A lock that is held briefly is not worth the message.
 */
export class HeldWatch {
  readonly #leases: Leases;
  readonly #watches: Watches;
  #count = 0;

  constructor(leases: Leases, watches: Watches) {
    this.#leases = leases;
    this.#watches = watches;
  }

  /** The key was read at `revision`, and was there. */
  begin(claim: LeasedClaim, revision: string): void {
    if (!claim.isHeld || claim.stopWatching !== undefined) return;
    if (this.#count >= WATCHED_COUNT_MAX) return;
    this.#count += 1;
    const ended = (isDeleted: boolean): void => {
      end();
      if (isDeleted) this.#leases.lose(claim, "its key was deleted");
    };
    const stop = this.#watches.watch(claim.key, String(BigInt(revision) + 1n), ended);
    const end = (): void => {
      if (claim.stopWatching !== end) return;
      claim.stopWatching = undefined;
      this.#count -= 1;
      stop();
    };
    claim.stopWatching = end;
  }
}
