import type { Answer } from "./caller.ts";
import type { KeepAliveResponse, ResponseHeader } from "./etcd-client.ts";

/** An acquisition that hangs on a lease: held, or waiting in the queue. */
export interface LeasedClaim {
  readonly name: string;
  readonly holderId: string;
  readonly key: Buffer;
  /** Of the key; undefined while the server has not answered. */
  readonly createRevision: string | undefined;
  /** Until when its holder may believe in it; what is not renewed by then is let go of. */
  validUntilMs: number;
  isHeld: boolean;
  /** Ends the watch over its key, where there is one. */
  stopWatching?: (() => void) | undefined;
}

/** A keepalive that a leader has answered, and in which term of Raft. */
interface KeptAlive {
  readonly sentAtMs: number;
  readonly term: string;
}

/** A keepalive was answered by a leader that does not have the lease. */
export class LeaseUnknown extends Error {}

/** A share of the ttl after which a lease is kept alive anew; the holders renew at a third of it. */
const FRESH_SHARE = 1 / 6;

/**
 * One lease of the server, with everything of this process that hangs on it, and how long it surely lives.
 *
 * A keepalive is answered by the leader from its memory, without asking the cluster. One that has been
 * stopped and does not know that it was replaced answers as well, and its successor ends the lease earlier.
 * So a keepalive counts only together with a transaction of the same term that was sent no earlier: the
 * transaction went through a majority, so the leader of that term still was one when the keepalive was
 * sent, and whoever follows it grants the full ttl from later on.
 */
export class Lease {
  readonly id: string;
  /** As the server granted it. */
  readonly ttlMs: number;
  /** For one acquisition alone. */
  readonly isOwn: boolean;
  readonly claims: Map<string, LeasedClaim> = new Map();
  /** Takes no new claims: a request that may still arrive would be a holder that nobody knows of. */
  isRetired = false;
  /** The server has ended it, or it was revoked. */
  hasEnded = false;
  /** In flight; resolves with what went wrong, if anything. */
  refreshing: Promise<unknown> | undefined;
  #provenAtMs: number;
  #kept: KeptAlive | undefined;

  constructor(id: string, granted: { ttlMs: number; sentAtMs: number; isOwn: boolean }) {
    this.id = id;
    this.ttlMs = granted.ttlMs;
    this.isOwn = granted.isOwn;
    this.#provenAtMs = granted.sentAtMs;
  }

  /** The lease surely lives for its ttl from here on. */
  get provenAtMs(): number {
    return this.#provenAtMs;
  }

  isFresh(nowMs: number): boolean {
    return nowMs - this.#provenAtMs < this.ttlMs * FRESH_SHARE;
  }

  /** It may have ended by itself. */
  isDoubtful(nowMs: number): boolean {
    return nowMs - this.#provenAtMs >= this.ttlMs;
  }

  keptAlive({ response, sentAtMs }: Answer<KeepAliveResponse>): void {
    this.#kept = { sentAtMs, term: response.header.raft_term };
  }

  /** A transaction was answered that found the lease, or a key on it, alive. */
  confirm({ response, sentAtMs }: Answer<{ readonly header: ResponseHeader }>): void {
    const kept = this.#kept;
    if (kept === undefined || kept.sentAtMs > sentAtMs) return;
    if (kept.term !== response.header.raft_term) return;
    this.#provenAtMs = Math.max(this.#provenAtMs, kept.sentAtMs);
  }
}
