import type { EnqueueRequest, Grant, LockError, Refusal } from "@holdfast/core";
import type { PlaceReply } from "./wait-reply.ts";

/** Longest time for which a waiter that may have died is granted the lock, in milliseconds. */
const CLAIM_MS_MAX = 3_000;
/** A process is taken for dead after so long without a sign of life. */
export const LIVE_MS = 3_000;
/** Signs of life in one claim, so that the last one is fresh enough for a grant to count. */
const BEATS_PER_CLAIM = 3;
/** The first asks so soon after the holder's end, the others this much later each. */
const HEAD_DELAY_MS = 5;
const RANK_DELAY_MS = 50;

/** The last answer that proves a place, by the order of sending. */
interface Basis {
  readonly sentAtMs: number;
  readonly stamp: bigint;
}

/** How a wait ends: once. */
export interface PlaceEnd {
  resolve(answer: Grant | Refusal): void;
  reject(error: LockError): void;
}

/** One waiter of this process: what is known of its place, and when to ask about it again. */
export class Place {
  readonly request: EnqueueRequest;
  readonly claimMs: number;
  readonly periodMs: number;
  /** Until the join is answered, its own command settles an abort. */
  phase: "opening" | "joining" | "waiting" | "over" = "opening";
  isBeating = false;
  /** A message says that it is granted: to be asked about at once. */
  isUrgent = false;
  /** The token of a message that came before the join's own reply. */
  toldToken: bigint | undefined;
  /** When to ask again. */
  dueAtMs: number = Number.POSITIVE_INFINITY;
  /** Without an answer to a later request than this, the place has died by then. */
  #diesAtMs: number = Number.POSITIVE_INFINITY;
  #basis: Basis | undefined;
  readonly #end: PlaceEnd;
  readonly #onAbort: () => void;

  constructor(request: EnqueueRequest, end: PlaceEnd, onAbort: () => void) {
    this.request = request;
    this.claimMs = Math.min(request.ttlMs, CLAIM_MS_MAX);
    this.periodMs = this.claimMs / BEATS_PER_CLAIM;
    this.#end = end;
    this.#onAbort = onAbort;
    request.signal.addEventListener("abort", onAbort);
  }

  get basis(): Basis | undefined {
    return this.#basis;
  }

  get diesAtMs(): number {
    return this.#diesAtMs;
  }

  /** When something is next to be done about it. */
  get wakeAtMs(): number {
    return this.isBeating ? this.#diesAtMs : Math.min(this.dueAtMs, this.#diesAtMs);
  }

  /** An answer to the request sent at `sentAtMs` proves the place. */
  proved({ stamp, remainingMs, rank }: PlaceReply, sentAtMs: number, nowMs: number): void {
    this.#basis = { sentAtMs, stamp };
    this.#diesAtMs = sentAtMs + LIVE_MS;
    const beatAtMs = sentAtMs + this.periodMs;
    // -1: no end is known. Any other without a rest: free, behind more dead than one call passes over.
    const isEndless = remainingMs === -1;
    const turnMs = remainingMs < 0 ? 0 : remainingMs + rank * RANK_DELAY_MS;
    const endsInMs = turnMs + HEAD_DELAY_MS;
    this.dueAtMs = isEndless ? beatAtMs : Math.min(beatAtMs, nowMs + endsInMs);
    if (this.isUrgent) this.dueAtMs = nowMs;
  }

  /**
   * Until when a grant that was told by message may be relied on: the server made it after the basis was
   * answered, and keeps it for the claim. Undefined where the message may be older than the basis.
   */
  validUntilMs(token: bigint): number | undefined {
    const basis = this.#basis;
    if (basis === undefined || token <= basis.stamp) return undefined;
    const driftMs = this.claimMs * 0.01 + 2;
    const marginMs = Math.max(5, this.claimMs * 0.01);
    return basis.sentAtMs + this.claimMs - driftMs - marginMs;
  }

  resolve(answer: Grant | Refusal): void {
    if (this.#settle()) this.#end.resolve(answer);
  }

  reject(error: LockError): void {
    if (this.#settle()) this.#end.reject(error);
  }

  #settle(): boolean {
    if (this.phase === "over") return false;
    this.phase = "over";
    this.request.signal.removeEventListener("abort", this.#onAbort);
    return true;
  }
}
