import type { ReleaseOutcome } from "@holdfast/core";
import type { Hold, LockHost } from "./hold.ts";
import type { Session } from "./session.ts";

/** Shortest life of a tombstone, as long as a request may be under way inside the process. */
const TOMBSTONE_MS_MIN = 60_000;

/**
 * What this process asks for and holds. A session may take a lock again that it has, so a key is asked for
 * on behalf of one hold at a time: this table is what makes two holders of one process exclude each other.
 */
export class HoldTable {
  readonly #byHolder = new Map<string, Hold>();
  readonly #byKey = new Map<string, Hold>();
  readonly #tombstones = new Map<string, number>();

  /** Locks asked for or held. */
  get size(): number {
    return this.#byKey.size;
  }

  find(name: string, holderId: string): Hold | undefined {
    const hold = this.#byHolder.get(holderId);
    return hold?.name === name ? hold : undefined;
  }

  holderOf(key: string): Hold | undefined {
    return this.#byKey.get(key);
  }

  values(): readonly Hold[] {
    return [...this.#byHolder.values()];
  }

  /** Enters one that waits, and has no claim on its key yet. */
  add(hold: Hold): void {
    this.#byHolder.set(hold.holderId, hold);
  }

  /** False when the key is asked for or held by another of this process. */
  claim(hold: Hold): boolean {
    if (this.#byKey.has(hold.key)) return false;
    this.#byKey.set(hold.key, hold);
    return true;
  }

  /** Gives the claim up, and nothing else. */
  unclaim(hold: Hold): void {
    if (this.#byKey.get(hold.key) === hold) this.#byKey.delete(hold.key);
  }

  /** The server granted it, so nobody else of this process has the key any more. */
  grant(hold: Hold, host: LockHost, fencingToken: bigint | undefined): void {
    hold.state = "held";
    hold.host = host;
    hold.fencingToken = fencingToken;
    this.#byKey.set(hold.key, hold);
  }

  end(hold: Hold, outcome: ReleaseOutcome): void {
    this.unclaim(hold);
    // One that was asked for again is another hold.
    if (this.#byHolder.get(hold.holderId) === hold) this.#byHolder.delete(hold.holderId);
    hold.finish(outcome);
  }

  /** Everything granted on a session. */
  grantedOn(session: Session): readonly Hold[] {
    return this.values().filter(({ host }) => host?.session === session);
  }

  hasTombstone(holderId: string): boolean {
    return this.#tombstones.size > 0 && this.#tombstones.has(holderId);
  }

  /** A request of this holder that is still under way must not be granted when it arrives. */
  bury(holderId: string, ttlMs: number, nowMs: number): void {
    this.#tombstones.set(holderId, nowMs + Math.max(2 * ttlMs, TOMBSTONE_MS_MIN));
    for (const [id, untilMs] of this.#tombstones) {
      if (untilMs > nowMs) return;
      this.#tombstones.delete(id);
    }
  }
}
