import { InDoubt } from "../in-doubt.ts";
import { LockError } from "../lock-error.ts";
import type { Claim, LockProvider, ReleaseOutcome, Reply } from "../provider.ts";
import { Releaser } from "../releaser.ts";
import type { Seat } from "./hold.ts";
import { memberTimeoutMs, type QuorumSettings } from "./quorum-options.ts";
import { TurnPlace } from "./turn-place.ts";

/**
 * Unknown outcomes at one member, from which on it is not asked any more until some are known. A member that
 * hangs is so spared thousands of requests that it would answer all at once when it comes back.
 */
const IN_DOUBT_MAX = 128;
/** How long one release may take before it is sent again. */
const RELEASE_TIMEOUT_MS = 1_000;

/** A release that waits for the answer to the acquire before it. */
interface Leaving {
  readonly name: string;
  /** Releases now. */
  leave(): void;
  /** Called when the release was sent. */
  readonly followers: (() => void)[];
}

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
  /** Where contenders take turns, if it has a queue. */
  readonly turnPlace: TurnPlace | undefined;
  readonly #settings: QuorumSettings;
  readonly #inDoubt: InDoubt;
  readonly #releaser: Releaser;
  readonly #leaving = new Set<Leaving>();
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
    const { turns } = provider;
    this.turnPlace = turns && new TurnPlace(turns, settings);
  }

  /** Undefined until it was joined. */
  get joined(): Joined | undefined {
    return this.#joined;
  }

  /** Of the server; empty until it was joined. */
  get identity(): string {
    return this.#joined?.identity ?? "";
  }

  /** True when so much is in doubt here that nothing more is asked. */
  get isFull(): boolean {
    return this.#inDoubt.unknownCount >= IN_DOUBT_MAX;
  }

  /** It was not reached, or something that it was sent is in doubt. */
  get isSilent(): boolean {
    return this.#joined === undefined || this.#inDoubt.unknownCount > 0;
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
   * passed without an answer. An acquire that is on its way is waited for, so that most need no
   * tombstone; whoever gives one up says `inDoubt`. Never rejects.
   */
  leave(seat: Seat, claim: Claim, inDoubt: boolean): Reply<ReleaseOutcome> {
    const { answer } = seat;
    if (inDoubt || seat.open === 0 || answer === undefined) {
      return this.#leaveNow(seat, claim, inDoubt);
    }
    return new Promise((resolve) => {
      const leave = (): void => {
        if (!this.#leaving.delete(leaving)) return;
        timer.cancel();
        resolve(this.#leaveNow(seat, claim, false));
        for (const proceed of leaving.followers) proceed();
      };
      const leaving: Leaving = { name: claim.name, leave, followers: [] };
      this.#leaving.add(leaving);
      const limitMs = memberTimeoutMs(this.#settings, claim.ttlMs);
      const timer = this.#settings.clock.setTimer(limitMs, leave, { ref: false });
      answer.then(leave, leave);
    });
  }

  /**
   * Calls `proceed` once no release of this name waits for an answer any more: a new attempt must not meet
   * what its predecessor leaves. At once where there is none.
   */
  afterLeaving(name: string, proceed: () => void): void {
    for (const { name: other, followers } of this.#leaving) {
      if (other !== name) continue;
      followers.push(() => this.afterLeaving(name, proceed));
      return;
    }
    proceed();
  }

  /** Waits for no answer any more, and resolves when every release is answered. */
  async drained(): Promise<void> {
    for (const { leave } of this.#leaving) leave();
    await Promise.all([this.#inDoubt.drained(), this.turnPlace?.drained()]);
  }

  #leaveNow(seat: Seat, claim: Claim, inDoubt: boolean): Reply<ReleaseOutcome> {
    const { name, holderId, ttlMs } = claim;
    const { open, isGranted, state } = seat;
    if (open === 0 && !isGranted) return "absent";
    const base = { name, holderId, ttlMs, inDoubt: inDoubt || open > 0 };
    return this.#inDoubt.release(state === undefined ? base : { ...base, state });
  }

  /** Ends every retry and disposes the provider. */
  async close(): Promise<void> {
    this.turnPlace?.stop();
    this.#inDoubt.stop();
    this.#releaser.stop();
    await this.provider[Symbol.asyncDispose]();
  }

  async #join(): Promise<Joined> {
    const { provider, label } = this;
    const { membership, fencing } = this.#settings;
    if (provider.asMember === undefined) {
      // Nothing tells two of these apart but their place.
      this.#joined = { provider, identity: `${this.index} ${label}` };
      return this.#joined;
    }
    const joined = await provider.asMember(membership);
    if (typeof joined?.provider?.tryAcquire !== "function") {
      throw new LockError("CONFIG_INVALID", `${label}: asMember() gave no provider`);
    }
    if (fencing && joined.provider.capabilities.fencing !== "monotonic") {
      throw new LockError("CONFIG_INVALID", `${label} was made without fencing tokens`);
    }
    this.#joined = joined;
    return joined;
  }
}
