import type { Timer } from "./clock.ts";
import { deadlineMs, renewalMs } from "./deadline.ts";
import { events } from "./events.ts";
import type { Holding } from "./holding.ts";
import type { RenewOutcome } from "./provider.ts";
import { leaseEnded, Renewal, renewalUnknown } from "./renewal.ts";
import type { Settings } from "./settings.ts";
import { WakeHeap } from "./wake-heap.ts";

/** Share of the remaining validity that one renewal may take before it counts as unanswered. */
const ATTEMPT_SHARE = 1 / 3;
/** Share of the ttl by which a renewal may leave early to go along with others: a tenth of its period. */
const EARLY_SHARE = 1 / 30;
/** Longest delay before an unanswered renewal is tried again. */
const RETRY_MS_MAX = 1_000;
/** No delay below this, or a short ttl would renew in a hot loop. */
const DELAY_MS_MIN = 5;
/** Stands for what a provider left out of a batch's answers. */
const NO_OUTCOME: RenewOutcome = {
  status: "unknown",
  cause: new Error("the provider answered fewer renewals than it was asked"),
};

/**
 * Keeps every holding of one `Locks` alive and tells its owner when one is lost: one timer and one
 * heap for all of them. In each tick expiry is looked at before renewal, and loss is final; an
 * unanswered renewal is not a loss and is tried again while the validity lasts.
 */
export class Renewer {
  readonly #settings: Settings;
  readonly #heap = new WakeHeap<Holding>();
  /** Renewals of holdings that were detached meanwhile. */
  readonly #parting = new Set<Promise<unknown>>();
  #timer: Timer | undefined;
  /** When the timer fires; infinite without one. */
  #timerAtMs: number = Number.POSITIVE_INFINITY;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#heap.size;
  }

  values(): IterableIterator<Holding> {
    return this.#heap.values();
  }

  add(holding: Holding): void {
    this.#schedule(holding);
  }

  /** Ends the watch over a holding that was released, lost or detached. */
  remove(holding: Holding): void {
    holding.ended = true;
    this.#heap.remove(holding);
  }

  /**
   * Renews now, or joins the renewal in flight. Resolves with the validity left, in milliseconds;
   * rejects LEASE_LOST, or BACKEND_UNAVAILABLE with the old deadline standing.
   */
  renew(holding: Holding): Promise<number> {
    const inFlight = holding.renewal;
    if (inFlight !== undefined) return inFlight.promise;
    const [renewal] = this.#send([holding]);
    return renewal?.promise ?? Promise.reject(leaseEnded(holding));
  }

  /** Sends a renewal of a holding that is about to be detached; {@link parted} tells when it was answered. */
  renewAtParting(holding: Holding): void {
    const answer = this.renew(holding).catch(() => undefined);
    this.#parting.add(answer);
    void answer.then(() => this.#parting.delete(answer));
  }

  /** Resolves when every renewal at a parting was answered. */
  async parted(): Promise<void> {
    await Promise.all(this.#parting);
  }

  /** Renews again what a former holder's `maxHoldMs` kept from it. */
  resume(holding: Holding): void {
    if (!holding.renewable || holding.renewAtMs !== Number.POSITIVE_INFINITY) return;
    holding.renewAtMs = this.#settings.elapsed.nowMs();
    this.#schedule(holding);
  }

  /** Ends a holding whose deadline has passed; for callers that see it before the timer does. */
  expire(holding: Holding): void {
    const why = this.#settings.elapsed.nowMs() >= holding.maxHoldAtMs ? "max-hold" : "expired";
    this.lose(holding, why);
  }

  /** Drops the timer; holdings must have been removed. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  /** Puts a holding where its next event is, and pulls the timer forward if that is first. */
  #schedule(holding: Holding): void {
    const next = holding.renewal?.endsAtMs ?? holding.renewAtMs;
    holding.wakeAtMs = Math.min(next, holding.deadlineMs);
    this.#heap.place(holding);
    if (holding.wakeAtMs < this.#timerAtMs) this.#arm(holding.wakeAtMs);
  }

  /**
   * The timer is left in place when the heap empties: it is unref'd, and cancelling and setting one
   * for every lease would cost more than the tick that finds nothing.
   */
  #arm(atMs: number): void {
    const { clock, elapsed } = this.#settings;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    const delayMs = Math.max(0, Math.ceil(atMs - elapsed.nowMs()));
    this.#timer = clock.setTimer(delayMs, () => this.#tick(), { ref: false });
  }

  #tick(): void {
    const nowMs = this.#settings.elapsed.nowSampledMs();
    const due: Holding[] = [];
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    for (let first = this.#heap.first; first !== undefined; first = this.#heap.first) {
      if (first.wakeAtMs > nowMs) break;
      this.#heap.remove(first);
      if (nowMs >= first.deadlineMs) this.expire(first);
      else if (first.renewal !== undefined) this.#unanswered(first);
      else if (nowMs >= first.maxHoldAtMs) this.#stopRenewing(first);
      else due.push(first);
    }
    if (due.length > 0) this.#gatherEarly(due, nowMs);
    // Whoever was told of a loss may have released other leases meanwhile.
    const held = due.filter((holding) => !holding.ended);
    if (held.length > 0) this.#send(held);
    const next = this.#heap.first;
    if (next !== undefined && this.#timerAtMs > next.wakeAtMs) this.#arm(next.wakeAtMs);
  }

  /** Takes along what is due a little later, so that a thousand leases need few commands. */
  #gatherEarly(due: Holding[], nowMs: number): void {
    for (let first = this.#heap.first; first !== undefined; first = this.#heap.first) {
      const isRenewal = first.renewal === undefined && first.wakeAtMs === first.renewAtMs;
      const isNear = first.wakeAtMs <= nowMs + first.ttlMs * EARLY_SHARE;
      if (!isRenewal || !isNear || nowMs >= first.maxHoldAtMs) return;
      this.#heap.remove(first);
      due.push(first);
    }
  }

  #stopRenewing(holding: Holding): void {
    holding.renewAtMs = Number.POSITIVE_INFINITY;
    this.#schedule(holding);
  }

  /** One command for all of them, however many are due. */
  #send(holdings: readonly Holding[]): readonly Renewal[] {
    const { elapsed, provider } = this.#settings;
    const nowMs = elapsed.nowMs();
    const batch = holdings.map((holding) => this.#begin(holding, nowMs));
    const settle = (outcomes: readonly RenewOutcome[], missing: RenewOutcome): void => {
      for (const [index, renewal] of batch.entries()) {
        this.#settle(renewal, outcomes[index] ?? missing);
      }
    };
    const unanswered = (cause: unknown): void => settle([], { status: "unknown", cause });
    try {
      provider
        .renew(batch.map((renewal) => renewal.request()))
        .then(
          (outcomes) => settle(Array.isArray(outcomes) ? outcomes : [], NO_OUTCOME),
          unanswered,
        );
    } catch (cause) {
      unanswered(cause);
    }
    return batch;
  }

  #begin(holding: Holding, nowMs: number): Renewal {
    const renewal = new Renewal(holding, nowMs + (holding.deadlineMs - nowMs) * ATTEMPT_SHARE);
    holding.renewal = renewal;
    this.#schedule(holding);
    return renewal;
  }

  /**
   * An answer may come after its renewal was given up and even after a later one was sent: what it
   * proves still counts, but only the renewal in flight decides when the next one leaves.
   */
  #settle(renewal: Renewal, outcome: RenewOutcome): void {
    const { holding } = renewal;
    const { elapsed } = this.#settings;
    if (holding.ended) {
      renewal.reject(leaseEnded(holding));
      return;
    }
    const isCurrent = holding.renewal === renewal;
    if (isCurrent) holding.renewal = undefined;
    const nowMs = elapsed.nowWatchfulMs();
    if (outcome.status === "renewed") this.#prolong(holding, outcome);
    if (holding.deadlineMs <= nowMs) this.expire(holding);
    else if (outcome.status === "lost") this.lose(holding, outcome.why);
    else if (outcome.status === "renewed") this.#schedule(holding);
    else if (isCurrent) this.#retryLater(holding);
    const validForMs = Math.max(0, holding.deadlineMs - elapsed.nowMs());
    this.#publish(holding, outcome, validForMs);
    if (holding.ended) renewal.reject(leaseEnded(holding));
    else if (outcome.status === "unknown") renewal.reject(renewalUnknown(holding, outcome.cause));
    else renewal.resolve(validForMs);
  }

  #prolong(holding: Holding, outcome: RenewOutcome & { readonly status: "renewed" }): void {
    const { allowance, elapsed } = this.#settings;
    const sentAtMs = elapsed.at(outcome.sentAtMs);
    const granted = { validMs: outcome.validMs, ttlMs: holding.grantedTtlMs };
    const untilMs = deadlineMs(sentAtMs, granted, allowance);
    // An answer that was overtaken by a later one must not shorten what that one proved.
    if (untilMs <= holding.deadlineMs) return;
    holding.deadlineMs = untilMs;
    holding.validMs = outcome.validMs;
    holding.serverToken = outcome.fencingToken ?? holding.serverToken;
    if (holding.renewable) holding.renewAtMs = renewalMs(sentAtMs, outcome.validMs, untilMs);
  }

  /** The provider did not answer in the share of time it had: as unknown as a fault. */
  #unanswered(holding: Holding): void {
    holding.renewal?.reject(renewalUnknown(holding, undefined));
    holding.renewal = undefined;
    this.#retryLater(holding);
  }

  #retryLater(holding: Holding): void {
    holding.renewAtMs = holding.renewable
      ? this.#settings.elapsed.nowMs() + this.#retryDelayMs(holding)
      : Number.POSITIVE_INFINITY;
    this.#schedule(holding);
  }

  #retryDelayMs(holding: Holding): number {
    const delayMs = Math.min(holding.ttlMs / 10, RETRY_MS_MAX);
    return Math.max(DELAY_MS_MIN, delayMs * (0.5 + this.#settings.random.fraction() / 2));
  }

  /** Ends a holding that is no longer ours and tells its owner; once. */
  lose(holding: Holding, why: string): void {
    if (holding.ended) return;
    this.remove(holding);
    holding.owner?.lost(holding, why);
  }

  #publish(holding: Holding, outcome: RenewOutcome, validForMs: number): void {
    if (!events.renewed.hasSubscribers) return;
    const provider = this.#settings.provider.name;
    events.renewed.publish({ name: holding.name, provider, status: outcome.status, validForMs });
  }
}
