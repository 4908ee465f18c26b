import type { Claim, Grant } from "../provider.ts";
import { renewAt } from "./hold.ts";
import type { QuorumSettings } from "./quorum-options.ts";
import type { TurnPlace } from "./turn-place.ts";

/** Longest time for which a turn whose process died or holds the lock for long keeps others from asking. */
export const TURN_MS_MAX = 3_000;

/**
 * The turn of one contender at the lead. It ends by itself, so that a process that dies with it, or that holds the
 * lock for long, keeps nobody from asking; one that is over costs a split vote at most.
 */
export class Turn {
  /** Nobody had to be waited for. */
  readonly isAtOnce: boolean;
  readonly #place: TurnPlace;
  readonly #settings: Pick<QuorumSettings, "elapsed">;
  readonly #claim: Claim;
  #endsAtMs: number;

  constructor(place: TurnPlace, settings: Pick<QuorumSettings, "elapsed">, grant: Grant) {
    const { name, holderId, ttlMs, sentAtMs, validMs, isAtOnce = false } = grant;
    this.isAtOnce = isAtOnce;
    this.#place = place;
    this.#settings = settings;
    this.#claim = { name, holderId, ttlMs };
    this.#endsAtMs = settings.elapsed.at(sentAtMs) + validMs;
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  /** Prolongs it when half of it has passed. Not awaited: whoever has it asks the quorum meanwhile. */
  keep(): void {
    if (this.#leftMs < this.#claim.ttlMs / 2) void this.#renew();
  }

  /** To the next who waits for it. */
  give(): void {
    if (this.isOver) return;
    this.#endsAtMs = 0;
    this.#place.release({ ...this.#claim, inDoubt: false });
  }

  get #leftMs(): number {
    return this.#endsAtMs - this.#settings.elapsed.nowMs();
  }

  async #renew(): Promise<void> {
    const [outcome] = await renewAt(this.#place.queue, [this.#claim]);
    if (this.isOver) return;
    if (outcome?.status === "lost") this.#endsAtMs = 0;
    else if (outcome?.status === "renewed") {
      this.#endsAtMs = this.#settings.elapsed.at(outcome.sentAtMs) + outcome.validMs;
    }
  }
}
