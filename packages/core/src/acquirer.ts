import { deadlineMs } from "./deadline.ts";
import { type AttemptEvent, events } from "./events.ts";
import { Holding } from "./holding.ts";
import type { InDoubt } from "./in-doubt.ts";
import type { Ticket } from "./lease.ts";
import { LockError } from "./lock-error.ts";
import type { AcquireRequest, Grant, Refusal, ReleaseOutcome, RenewOutcome } from "./provider.ts";
import { releaseRequest } from "./release-once.ts";
import type { AcquireSettings, Settings } from "./settings.ts";

/** An attempt's answer: a lock that is valid now, or a refusal. */
export type Answer = Holding | Refusal;

/** What one request needs to know of the moment it left. */
interface Departure {
  readonly request: AcquireRequest;
  readonly suspendedMs: number;
  readonly startedMs: number;
}

/**
 * Asks the provider, once per call, and turns its answer into something that can be relied on: a
 * grant counts only while it is valid, and an unknown outcome is made good in the background.
 */
export class Acquirer {
  readonly #settings: Settings;
  readonly #inDoubt: InDoubt;

  constructor(settings: Settings, inDoubt: InDoubt) {
    this.#settings = settings;
    this.#inDoubt = inDoubt;
  }

  get canEnqueue(): boolean {
    return this.#settings.provider.enqueue !== undefined;
  }

  /** One attempt with a new holderId. Rejects with a `LockError` of any code but LEASE_LOST. */
  attempt(
    name: string,
    settings: AcquireSettings,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const departure = this.#depart(name, settings, signal);
    return this.#answered(departure, () => this.#settings.provider.tryAcquire(departure.request));
  }

  /** Waits in the backend's own queue, until it grants or `signal` aborts. */
  enqueue(name: string, settings: AcquireSettings, signal: AbortSignal): Promise<Answer> {
    const { provider } = this.#settings;
    const departure = this.#depart(name, settings, signal);
    const request = { ...departure.request, signal };
    const ask = (): Promise<Grant | Refusal> =>
      provider.enqueue?.(request) ?? provider.tryAcquire(request);
    return this.#answered(departure, ask);
  }

  /** Returns a lock that nobody here wants, in the background; unknown until the ttl passed. */
  giveBack(holding: Holding): Promise<ReleaseOutcome> {
    holding.ended = true;
    return this.#inDoubt.release(releaseRequest(holding));
  }

  /**
   * One renewal of a detached lease, which makes it this process's. Rejects LEASE_LOST when it had
   * ended, BACKEND_UNAVAILABLE when there was no usable answer: the ticket is then as good as before.
   */
  async adopt(ticket: Ticket): Promise<Holding> {
    const { provider, elapsed, allowance } = this.#settings;
    const { name, holderId, ttlMs, renewable, state } = ticket;
    const { suspendedMs } = elapsed;
    const request = { name, holderId, ttlMs, ...(state === undefined ? {} : { state }) };
    const [outcome] = await provider.renew([request]);
    if (outcome?.status !== "renewed") throw notAdopted(name, outcome);
    const sentAtMs = outcome.sentAtMs + suspendedMs;
    const serverToken = ticket.serverToken === undefined ? undefined : BigInt(ticket.serverToken);
    return new Holding({
      name,
      holderId,
      ttlMs,
      grantedTtlMs: ttlMs,
      renewable,
      serverToken: outcome.fencingToken ?? serverToken,
      state,
      deadlineMs: deadlineMs(sentAtMs, outcome.validMs, ttlMs, allowance),
      renewAtMs: renewable ? sentAtMs + outcome.validMs / 3 : Number.POSITIVE_INFINITY,
    });
  }

  #depart(name: string, settings: AcquireSettings, signal: AbortSignal | undefined): Departure {
    const { random, elapsed } = this.#settings;
    const request: AcquireRequest = {
      name,
      holderId: random.holderId(),
      ttlMs: settings.ttlMs,
      mode: "exclusive",
      renewable: settings.renewable,
      description: settings.description,
      ...(signal === undefined ? undefined : { signal }),
    };
    return { request, suspendedMs: elapsed.suspendedMs, startedMs: elapsed.nowMs() };
  }

  #answered(departure: Departure, ask: () => Promise<Grant | Refusal>): Promise<Answer> {
    try {
      return ask().then(
        (answer) => this.#accept(departure, answer),
        (error: unknown) => this.#fault(departure, error),
      );
    } catch (error) {
      return Promise.resolve().then(() => this.#fault(departure, error));
    }
  }

  #accept(departure: Departure, answer: Grant | Refusal): Answer {
    if (!answer.granted) {
      if (events.attempt.hasSubscribers) this.#publish(departure, answer.why);
      return answer;
    }
    const { elapsed, allowance } = this.#settings;
    const { request, suspendedMs } = departure;
    const sentAtMs = answer.sentAtMs + suspendedMs;
    const holding = new Holding({
      name: request.name,
      holderId: request.holderId,
      ttlMs: request.ttlMs,
      grantedTtlMs: answer.ttlMs,
      renewable: request.renewable,
      serverToken: answer.fencingToken,
      state: answer.state,
      deadlineMs: deadlineMs(sentAtMs, answer.validMs, answer.ttlMs, allowance),
      renewAtMs: request.renewable ? sentAtMs + answer.validMs / 3 : Number.POSITIVE_INFINITY,
    });
    if (holding.deadlineMs > elapsed.nowWatchfulMs()) {
      if (events.attempt.hasSubscribers) this.#publish(departure, "granted");
      return holding;
    }
    void this.giveBack(holding);
    throw this.#tooLate(departure, answer.ttlMs);
  }

  #tooLate(departure: Departure, ttlMs: number): LockError {
    const { name } = departure.request;
    const error = new LockError(
      "BACKEND_UNAVAILABLE",
      `lock ${JSON.stringify(name)} was granted too late: its ttl of ${ttlMs} ms had run out ` +
        "before the answer came; it is given back. A longer ttlMs or a nearer backend would do",
      { lockName: name, outcome: "unknown" },
    );
    if (events.attempt.hasSubscribers) this.#publish(departure, "fault", error);
    return error;
  }

  /** Makes a `LockError` of whatever came, and starts to make an unknown outcome good. */
  #fault(departure: Departure, reason: unknown): never {
    const { name, holderId, ttlMs } = departure.request;
    const error = LockError.is(reason) ? reason : this.#foreignFault(name, reason);
    if (error.outcome !== "not-applied") {
      void this.#inDoubt.release({ name, holderId, ttlMs, inDoubt: true });
    }
    if (events.attempt.hasSubscribers) this.#publish(departure, "fault", error);
    throw error;
  }

  /** A provider that rejects with anything else gave no usable answer. Only its words are kept. */
  #foreignFault(lockName: string, reason: unknown): LockError {
    const words = reason instanceof Error ? `${reason.name}: ${reason.message}` : "no Error";
    return new LockError(
      "BACKEND_UNAVAILABLE",
      `provider ${this.#settings.provider.name} gave no usable answer (${words})`,
      { lockName, outcome: "unknown" },
    );
  }

  #publish(departure: Departure, answer: AttemptEvent["answer"], error?: LockError): void {
    const { elapsed, provider } = this.#settings;
    events.attempt.publish({
      name: departure.request.name,
      provider: provider.name,
      answer,
      tookMs: elapsed.nowMs() - departure.startedMs,
      ...(error === undefined ? {} : { code: error.code, outcome: error.outcome }),
    });
  }
}

function notAdopted(lockName: string, outcome: RenewOutcome | undefined): LockError {
  const lock = JSON.stringify(lockName);
  if (outcome?.status === "lost") {
    const words = `lease of ${lock} had ended before it was adopted: ${outcome.why}`;
    return new LockError("LEASE_LOST", words, { lockName, why: outcome.why });
  }
  return new LockError("BACKEND_UNAVAILABLE", `the adoption of lock ${lock} was not answered`, {
    lockName,
    outcome: "unknown",
    cause: outcome?.status === "unknown" ? outcome.cause : undefined,
  });
}
