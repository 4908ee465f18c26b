/** Shortest life of a tombstone, as long as a request may be under way. */
const TOMBSTONE_MS_MIN = 60_000;

/**
 * Holders whose acquire was given up while its outcome was unknown. A request of theirs that is still
 * under way must not be granted when it arrives. Kept for `max(2 × ttl, 60 s)`.
 */
export class Tombstones {
  readonly #untilMs = new Map<string, number>();

  has(holderId: string): boolean {
    return this.#untilMs.size > 0 && this.#untilMs.has(holderId);
  }

  /** Adds one and drops those at the front whose time has passed. */
  add(holderId: string, ttlMs: number, nowMs: number): void {
    this.#untilMs.set(holderId, nowMs + Math.max(2 * ttlMs, TOMBSTONE_MS_MIN));
    for (const [id, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) return;
      this.#untilMs.delete(id);
    }
  }
}
