import { LockError } from "../lock-error.ts";
import type { EnqueueRequest } from "../provider.ts";
import type { QuorumMember } from "./quorum-member.ts";
import type { QuorumSettings } from "./quorum-options.ts";
import { TURN_MS_MAX, Turn } from "./turn.ts";

/**
 * Turns of contenders. Those that ask all members at once split the votes; queues on several members
 * would wait for each other. So who contends for a name queues at one member, its lead, and asks the quorum
 * when it has the turn there. Who wins gives it on with the release of the lock, or lets it end where that takes
 * longer: the next then asks again and again.
 *
 * A turn proves nothing. Where no lead answers, contenders ask without one and rely on backoff.
 */
export class Turns {
  readonly #settings: QuorumSettings;
  /** Of those that were refused with it and will ask again, by their signal. */
  readonly #kept = new Map<AbortSignal, { readonly turn: Turn; readonly drop: () => void }>();
  /** Leads that gave no answer, and until when they are passed over. */
  readonly #shunned = new Map<QuorumMember, number>();
  /** Of those that hold the lock, by its holder. */
  readonly #held = new Map<string, Turn>();

  constructor(settings: QuorumSettings) {
    this.#settings = settings;
  }

  /**
   * The turn that `signal` kept, or a new one at the first of `leads` that gives it; undefined where none
   * does, or one gave no answer: how many are silent only the quorum tells. Rejects only with ABORTED, and then
   * nothing was asked of the quorum.
   */
  async take(
    request: EnqueueRequest,
    leads: readonly QuorumMember[],
  ): Promise<{ readonly turn: Turn; readonly isNew: boolean } | undefined> {
    const kept = this.#unkeep(request.signal);
    if (kept !== undefined) {
      kept.keep();
      return { turn: kept, isNew: false };
    }
    for (const lead of leads) {
      // The silent ones come last.
      if (lead.isSilent) return undefined;
      if (this.#isShunned(lead)) continue;
      const answer = await this.#queueAt(lead, request);
      if (answer === "silent") {
        this.#shunned.set(lead, this.#settings.elapsed.nowMs() + TURN_MS_MAX);
        return undefined;
      }
      if (answer !== undefined) return { turn: answer, isNew: true };
    }
    return undefined;
  }

  /** For the next request with the same signal; back to the others when it aborts. */
  keep(turn: Turn, signal: AbortSignal): void {
    if (signal.aborted) {
      turn.give();
      return;
    }
    const drop = (): void => this.#unkeep(signal)?.give();
    this.#kept.set(signal, { turn, drop });
    signal.addEventListener("abort", drop, { once: true });
  }

  /** The lock of this holder was won with it. */
  hold(turn: Turn, holderId: string): void {
    this.#held.set(holderId, turn);
    // Those that ended by themselves.
    for (const [oldest, { isOver }] of this.#held) {
      if (!isOver) return;
      this.#held.delete(oldest);
    }
  }

  /** The holder's release was sent. */
  released(holderId: string): void {
    this.#held.get(holderId)?.give();
    this.#held.delete(holderId);
  }

  /** Gives every turn back. */
  close(): void {
    for (const { drop } of this.#kept.values()) drop();
    for (const turn of this.#held.values()) turn.give();
    this.#held.clear();
  }

  #unkeep(signal: AbortSignal): Turn | undefined {
    const kept = this.#kept.get(signal);
    if (kept === undefined) return undefined;
    this.#kept.delete(signal);
    signal.removeEventListener("abort", kept.drop);
    return kept.turn.isOver ? undefined : kept.turn;
  }

  #isShunned(lead: QuorumMember): boolean {
    const untilMs = this.#shunned.get(lead);
    return untilMs !== undefined && this.#settings.elapsed.nowMs() < untilMs;
  }

  /** Undefined where there is no queue, or no turn was given. */
  async #queueAt(
    lead: QuorumMember,
    request: EnqueueRequest,
  ): Promise<Turn | "silent" | undefined> {
    const { turnPlace: place } = lead;
    if (place === undefined) return undefined;
    const { name, description, signal } = request;
    const holderId = this.#settings.random.holderId();
    const claim = { name, holderId, ttlMs: Math.min(request.ttlMs, TURN_MS_MAX) };
    let isSilent = false;
    const asked = { ...claim, mode: "exclusive", renewable: true, signal } as const;
    try {
      const answer = await place.queue.enqueue(
        description === undefined ? asked : { ...asked, description },
      );
      if (answer.granted) return new Turn(place, this.#settings, answer);
    } catch (error) {
      isSilent = !LockError.is(error) || error.code === "BACKEND_UNAVAILABLE";
      const isNothing = LockError.is(error) && error.outcome === "not-applied";
      if (!isNothing) place.release({ ...claim, inDoubt: true });
    }
    if (signal.aborted) throw notWanted(request);
    return isSilent ? "silent" : undefined;
  }
}

function notWanted({ name: lockName, signal }: EnqueueRequest): LockError {
  const cause: unknown = signal.reason;
  const words = `nobody waits for lock ${JSON.stringify(lockName)} any more`;
  return new LockError("ABORTED", words, { lockName, outcome: "not-applied", cause });
}
