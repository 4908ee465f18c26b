import { deadlineMs, renewalMs } from "./deadline.ts";
import { type AttemptEvent, events } from "./events.ts";
import { Holding } from "./holding.ts";
import { type InDoubt, inDoubtLimit } from "./in-doubt.ts";
import type { Ticket } from "./lease.ts";
import { LockError } from "./lock-error.ts";
import type {
  AcquireRequest,
  Grant,
  LockProvider,
  Refusal,
  ReleaseOutcome,
  RenewOutcome,
  RenewRequest,
  Reply,
} from "./provider.ts";
import { releaseRequest } from "./releaser.ts";
import type { AcquireSettings, Settings } from "./settings.ts";

/** An attempt's answer: a lock that is valid now, or a refusal. */
export type Answer = Holding | Refusal;

/** What one request needs to know of the moment it left. */
interface Departure {
  readonly request: AcquireRequest;
  /** Read only while somebody listens to attempts. */
  readonly startedMs: number | undefined;
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

  /** One more unknown outcome would be one too many. */
  get #isFull(): boolean {
    return this.#inDoubt.size >= this.#settings.limits.inDoubtMax;
  }

  get canEnqueue(): boolean {
    return this.#settings.provider.enqueue !== undefined;
  }

  /** Waiting is asking again, so that whoever asks first goes before those who wait. */
  get polls(): boolean {
    return this.#settings.provider.capabilities.waiting === "poll";
  }

  /** One attempt with a new holderId. Rejects with a `LockError` of any code but LEASE_LOST. */
  attempt(name: string, settings: AcquireSettings, signal: AbortSignal | undefined): Reply<Answer> {
    const departure = this.#depart(name, settings, signal);
    if (this.#isFull) return Promise.reject(inDoubtLimit(this.#settings, name));
    const reply = this.#ask(() => this.#settings.provider.tryAcquire(departure.request));
    if (!("granted" in reply)) return this.#later(departure, reply);
    try {
      // An answer given at once needs no look at the clock: it has only just been sent.
      return this.#answered(departure, reply, Number.NEGATIVE_INFINITY);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Waits in the backend's own queue, until it grants or `signal` aborts. */
  enqueue(name: string, settings: AcquireSettings, signal: AbortSignal): Promise<Answer> {
    const { provider } = this.#settings;
    const departure = this.#depart(name, settings, signal);
    const request = { ...departure.request, signal };
    if (this.#isFull) return Promise.reject(inDoubtLimit(this.#settings, name));
    const reply = this.#ask(() => provider.enqueue?.(request) ?? provider.tryAcquire(request));
    return this.#later(departure, Promise.resolve(reply));
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
    const request = { name, holderId, ttlMs, ...(state === undefined ? {} : { state }) };
    const [outcome] = await renewed(provider, request);
    if (outcome?.status !== "renewed") throw notAdopted(name, outcome);
    const { validMs, fencingToken = optionalToken(ticket) } = outcome;
    const acceptedAtMs = elapsed.nowWatchfulMs();
    const sentAtMs = elapsed.at(outcome.sentAtMs);
    const endMs = deadlineMs(sentAtMs, { validMs, ttlMs }, allowance);
    const grant = { ttlMs, validMs, fencingToken, ...(state === undefined ? {} : { state }) };
    const holding = new Holding({ name, holderId, ttlMs, renewable }, grant, {
      acceptedAtMs,
      deadlineMs: endMs,
      renewAtMs: renewable ? renewalMs(sentAtMs, validMs, endMs) : Number.POSITIVE_INFINITY,
    });
    if (holding.acceptedAtMs < holding.deadlineMs) return holding;
    void this.giveBack(holding);
    throw notAdopted(name, { status: "lost", why: "expired" });
  }

  #depart(name: string, settings: AcquireSettings, signal: AbortSignal | undefined): Departure {
    const { random, elapsed } = this.#settings;
    // A suspend that is noticed only after the send would have to count against the grant.
    elapsed.nowWatchfulMs();
    const { ttlMs, renewable, description } = settings;
    const holderId = random.holderId();
    const request = { name, holderId, ttlMs, mode: "exclusive", renewable, description } as const;
    return {
      request: signal === undefined ? request : { ...request, signal },
      startedMs: events.attempt.hasSubscribers ? elapsed.nowMs() : undefined,
    };
  }

  /** A provider that throws, or returns neither an answer nor a promise, has rejected. */
  #ask(send: () => Reply<Grant | Refusal>): Reply<Grant | Refusal> {
    try {
      const reply: unknown = send();
      if (isAnswer(reply)) return reply;
      return Promise.resolve(reply as PromiseLike<Grant | Refusal>);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #later(departure: Departure, reply: PromiseLike<Grant | Refusal>): Promise<Answer> {
    return Promise.resolve(reply).then(
      (answer) => {
        if (!isAnswer(answer)) return this.#fault(departure, new TypeError("no answer"));
        return this.#answered(departure, answer, this.#settings.elapsed.nowWatchfulMs());
      },
      (error: unknown) => this.#fault(departure, error),
    );
  }

  #answered(departure: Departure, answer: Grant | Refusal, nowMs: number): Answer {
    if (!answer.granted) {
      this.#publish(departure, answer.why);
      return answer;
    }
    const { request } = departure;
    const sentAtMs = this.#settings.elapsed.at(answer.sentAtMs);
    const endMs = deadlineMs(sentAtMs, answer, this.#settings.allowance);
    const holding = new Holding(request, answer, {
      acceptedAtMs: Math.max(nowMs, sentAtMs),
      deadlineMs: endMs,
      renewAtMs: request.renewable
        ? renewalMs(sentAtMs, answer.validMs, endMs)
        : Number.POSITIVE_INFINITY,
    });
    if (holding.deadlineMs > holding.acceptedAtMs) {
      this.#publish(departure, "granted");
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
    this.#publish(departure, "fault", error);
    return error;
  }

  /** Makes a `LockError` of whatever came, and starts to make an unknown outcome good. */
  #fault(departure: Departure, reason: unknown): never {
    const { name, holderId, ttlMs } = departure.request;
    const error = LockError.is(reason) ? reason : this.#foreignFault(name, reason);
    if (error.outcome !== "not-applied") {
      void this.#inDoubt.release({ name, holderId, ttlMs, inDoubt: true });
    }
    this.#publish(departure, "fault", error);
    throw error;
  }

  /**
   * A provider that rejects with anything else gave no usable answer. Not even its words are kept:
   * drivers put the arguments of a command into them, and a holderId is one.
   */
  #foreignFault(lockName: string, reason: unknown): LockError {
    const words = reason instanceof Error ? reason.name : "no Error";
    return new LockError(
      "BACKEND_UNAVAILABLE",
      `provider ${this.#settings.provider.name} gave no usable answer (${words})`,
      { lockName, outcome: "unknown" },
    );
  }

  #publish(departure: Departure, answer: AttemptEvent["answer"], error?: LockError): void {
    if (departure.startedMs === undefined) return;
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

async function renewed(
  provider: LockProvider,
  request: RenewRequest,
): Promise<readonly RenewOutcome[]> {
  try {
    return await provider.renew([request]);
  } catch (cause) {
    return [{ status: "unknown", cause }];
  }
}

function isAnswer(reply: unknown): reply is Grant | Refusal {
  return typeof reply === "object" && reply !== null && "granted" in reply;
}

function optionalToken({ serverToken }: Ticket): bigint | undefined {
  return serverToken === undefined ? undefined : BigInt(serverToken);
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
    cause: outcome?.status === "unknown" && LockError.is(outcome.cause) ? outcome.cause : undefined,
  });
}
