import { InDoubt } from "../in-doubt.ts";
import { LockError } from "../lock-error.ts";
import type { Claim, LockProvider, ReleaseOutcome, ReleaseRequest } from "../provider.ts";
import { Releaser } from "../releaser.ts";
import type { Seat } from "./hold.ts";
import type { QuorumSettings } from "./quorum-options.ts";

/**
 * Unknown outcomes at one member, from which on it is not asked any more until some are known. A member that
 * hangs is so spared thousands of requests that it would answer all at once when it comes back.
 */
const IN_DOUBT_MAX = 128;
/** How long one release may take before it is sent again. */
const RELEASE_TIMEOUT_MS = 1_000;

/** A member that was joined: how it is asked, and who it is. */
export interface Joined {
  readonly provider: LockProvider;
  /** Equal for the same server. */
  readonly identity: string;
}

/**
 * One provider in its part as a member: joined when it is first needed, and again until that succeeds.
 * Releases go to it until they are answered or the ttl passed, whatever became of the quorum's own
 * answer.
 */
export class QuorumMember {
  readonly index: number;
  /** How votes and findings call it. */
  readonly label: string;
  readonly provider: LockProvider;
  readonly #settings: QuorumSettings;
  readonly #inDoubt: InDoubt;
  readonly #releaser: Releaser;
  #joined: Joined | undefined;
  #joining: Promise<Joined> | undefined;

  constructor(index: number, provider: LockProvider, settings: QuorumSettings) {
    this.index = index;
    this.label = settings.memberNames[index] ?? provider.name;
    this.provider = provider;
    this.#settings = settings;
    const { clock, elapsed, random } = settings;
    this.#releaser = new Releaser({ provider, clock, releaseTimeoutMs: RELEASE_TIMEOUT_MS });
    this.#inDoubt = new InDoubt({ provider, clock, elapsed, random }, this.#releaser);
  }

  /** Undefined until it was joined. */
  get joined(): Joined | undefined {
    return this.#joined;
  }

  /** True when so much is in doubt here that nothing more is asked. */
  get isFull(): boolean {
    return this.#inDoubt.unknownCount >= IN_DOUBT_MAX;
  }

  /** Joins where it was not, unless too much is in doubt. */
  async joinUnlessFull(): Promise<Joined> {
    if (this.isFull) {
      throw new LockError("BACKEND_UNAVAILABLE", `${IN_DOUBT_MAX} of its outcomes are unknown`);
    }
    return this.#joined ?? (await this.join());
  }

  /** Joins, all callers together. Rejects as `asMember` does; the next call tries again. */
  join(): Promise<Joined> {
    this.#joining ??= this.#join().finally(() => {
      this.#joining = undefined;
    });
    return this.#joining;
  }

  /**
   * Makes sure that nothing of a holder stays here, and answers when that is known; `unknown` when the ttl
   * passed without an answer. Never rejects.
   *
   * The release of an acquire that is still on its way follows it on the same connection. If it is answered
   * before the acquire is, that was not so, and another, in doubt, shuts the holder out. An acquire that no
   * answer will come to is in doubt at once.
   */
  async leave(seat: Seat, claim: Claim, inDoubt: boolean): Promise<ReleaseOutcome> {
    const { open, inFlight, state } = seat;
    if (!inDoubt && open === 0 && !seat.isGranted) return "absent";
    const isLost = inDoubt || open > inFlight;
    const outcome = await this.#inDoubt.release(seatRelease(seat, claim, isLost));
    const isSure = isLost || inFlight === 0 || (seat.open === 0 && seat.state === state);
    if (isSure || outcome === "unknown") return outcome;
    const later = await this.#inDoubt.release(seatRelease(seat, claim, seat.open > 0));
    return outcome === "released" ? outcome : later;
  }

  /** Resolves when every release is answered. */
  drained(): Promise<void> {
    return this.#inDoubt.drained();
  }

  /** Ends every retry and disposes the provider. */
  async close(): Promise<void> {
    this.#inDoubt.stop();
    this.#releaser.stop();
    await this.provider[Symbol.asyncDispose]();
  }

  async #join(): Promise<Joined> {
    const { provider, label } = this;
    const { membership, fencing } = this.#settings;
    if (provider.asMember === undefined) {
      this.#joined = { provider, identity: label };
      return this.#joined;
    }
    const joined = await provider.asMember(membership);
    if (fencing && joined.provider.capabilities.fencing !== "monotonic") {
      throw new LockError("CONFIG_INVALID", `${label} was made without fencing tokens`);
    }
    this.#joined = joined;
    return joined;
  }
}

function seatRelease(
  { state }: Seat,
  { name, holderId, ttlMs }: Claim,
  inDoubt: boolean,
): ReleaseRequest {
  const request = { name, holderId, ttlMs, inDoubt };
  return state === undefined ? request : { ...request, state };
}
