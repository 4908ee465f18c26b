import type { Timer } from "../clock.ts";
import type { Claim, Grant } from "../provider.ts";
import { renewAt } from "./hold.ts";
import type { QuorumSettings } from "./quorum-options.ts";
import type { TurnPlace } from "./turn-place.ts";

/** Renewals in one validity, so that one may fail. */
const RENEWALS = 3;

/**
 * The turn of one contender at the lead: renewed for as long as it is wanted, and given to the next. One that is
 * lost costs a split vote at most.
 */
export class Turn {
  readonly #place: TurnPlace;
  readonly #settings: Pick<QuorumSettings, "clock" | "elapsed">;
  readonly #claim: Claim;
  #wantedUntilMs: number;
  #timer: Timer | undefined;
  /** Nobody had to be waited for. */
  readonly isAtOnce: boolean;
  #isOver = false;

  constructor(place: TurnPlace, settings: Pick<QuorumSettings, "clock" | "elapsed">, grant: Grant) {
    const { name, holderId, ttlMs, validMs } = grant;
    this.#place = place;
    this.#settings = settings;
    this.isAtOnce = grant.isAtOnce === true;
    this.#claim = { name, holderId, ttlMs };
    this.#wantedUntilMs = settings.elapsed.nowMs() + ttlMs;
    this.#renewLater(validMs);
  }

  /** It was lost, or given back. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Wanted for another ttl. */
  keep(): void {
    this.#wantedUntilMs = this.#settings.elapsed.nowMs() + this.#claim.ttlMs;
  }

  /** To the next who waits for it. */
  give(): void {
    if (this.#isOver) return;
    this.#end();
    this.#place.release({ ...this.#claim, inDoubt: false });
  }

  #renewLater(validMs: number): void {
    this.#timer = this.#settings.clock.setTimer(validMs / RENEWALS, () => void this.#renew(), {
      ref: false,
    });
  }

  async #renew(): Promise<void> {
    // Its lock was lost or went to another process, or those that waited have all left.
    if (this.#settings.elapsed.nowMs() >= this.#wantedUntilMs) {
      this.give();
      return;
    }
    const [outcome] = await renewAt(this.#place.queue, [this.#claim]);
    if (this.#isOver) return;
    if (outcome?.status === "lost") this.#end();
    else this.#renewLater(outcome?.status === "renewed" ? outcome.validMs : this.#claim.ttlMs);
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
