import type { Acquirer, Answer } from "./acquirer.ts";
import { Backoff } from "./backoff.ts";
import { Holding } from "./holding.ts";
import { LockError, type LockErrorOptions } from "./lock-error.ts";
import type { Refusal } from "./provider.ts";
import type { Settings } from "./settings.ts";
import type { WaitLine } from "./wait-line.ts";
import type { Waiter } from "./waiter.ts";

/** What an {@link Asker} needs from the queue it asks for. */
export interface AskerHost {
  readonly name: string;
  readonly settings: Settings;
  readonly acquirer: Acquirer;
  readonly line: WaitLine;
  /** Gives a granted lock to whoever is first; false when it fits nobody. */
  place(holding: Holding): boolean;
  /** Another process had the lock when we last asked. */
  contended(): void;
}

/**
 * The one request to the backend that all waiters of a name share: attempt, refused, then the
 * backend's queue where it has one, else hints and backoff, until somebody is granted or nobody
 * waits.
 */
export class Asker {
  readonly #host: AskerHost;
  #controller: AbortController | undefined;
  #wakeUp: (() => void) | undefined;
  /** A request is on its way, as against a delay before the next. */
  #inFlight = false;
  #trouble: LockErrorOptions = {};
  /** When the backend last gave a usable answer, in `Elapsed` milliseconds. */
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(host: AskerHost) {
    this.#host = host;
  }

  /** What to tell those who stop waiting: the last answer, and whether a request is under way. */
  trouble(): LockErrorOptions {
    return this.#inFlight ? { ...this.#trouble, outcome: "unknown" } : this.#trouble;
  }

  /** Nobody waits any more: ends the request and the delay. */
  cancel(): void {
    this.#controller?.abort(new LockError("ABORTED", "nobody waits for this lock any more"));
    this.#wakeUp?.();
  }

  /** Asks until a grant found its holder or nobody waits. Never rejects. */
  async run(pauseMs: number): Promise<void> {
    const { line, settings } = this.#host;
    if (pauseMs > 0) await this.#pause(pauseMs);
    let backoff: Backoff | undefined;
    let watch: AsyncDisposable | undefined;
    for (let head = line.first(); head !== undefined; head = line.first()) {
      const answer = await this.#request(head, backoff !== undefined);
      if (answer === "cancelled") continue;
      if (answer instanceof Holding) {
        if (this.#host.place(answer)) break;
        await this.#host.acquirer.giveBack(answer);
        continue;
      }
      const refused = answer === undefined ? undefined : this.#refused(answer);
      if (line.first() === undefined) break;
      if (backoff === undefined) {
        backoff = new Backoff(settings.backoffMsMin, settings.backoffMsMax, settings.random);
        watch = await this.#watch();
        // With a queue to join, or a hint that may have come before the watch: ask again at once.
        if (refused !== undefined && (this.#host.acquirer.canEnqueue || watch)) continue;
      }
      await this.#pause(backoff.nextMs(refused?.retryAfterMs));
    }
    await watch?.[Symbol.asyncDispose]();
  }

  /** One request; undefined when it brought no usable answer, and nobody is owed one if cancelled. */
  async #request(head: Waiter, wasRefused: boolean): Promise<Answer | "cancelled" | undefined> {
    const { name, acquirer } = this.#host;
    const join = wasRefused && acquirer.canEnqueue;
    // Only a wait that can end early needs a way to end its request.
    const controller = join || head.canLeave ? new AbortController() : undefined;
    this.#controller = controller;
    this.#inFlight = true;
    let fault: LockError;
    try {
      return await (join && controller !== undefined
        ? acquirer.enqueue(name, head.settings, controller.signal)
        : acquirer.attempt(name, head.settings, controller?.signal));
    } catch (error) {
      fault = error as LockError;
    } finally {
      this.#inFlight = false;
      this.#controller = undefined;
    }
    if (controller?.signal.aborted) return "cancelled";
    this.#faulted(fault);
    return undefined;
  }

  /** Held by another is a result. No quorum and abstaining members are the lack of one. */
  #refused(refusal: Refusal): Refusal {
    const { line, name } = this.#host;
    const { why, votes } = refusal;
    const isHeld = why === "held" || (votes?.some((vote) => vote.answer === "held") ?? false);
    if (!isHeld) {
      const code = why === "no-quorum" ? "NO_QUORUM" : "BACKEND_UNAVAILABLE";
      const words = why === "no-quorum" ? "found no quorum" : "met a member that abstains";
      this.#faulted(new LockError(code, `lock ${JSON.stringify(name)} ${words}`, { votes }));
      return refusal;
    }
    this.#answeredAtMs = this.#host.settings.elapsed.nowMs();
    this.#trouble = votes === undefined ? {} : { votes };
    this.#host.contended();
    const head = line.first();
    if (head?.kind === "try") line.serve(head, undefined);
    else if (head?.kind === "once") line.timeOut(head);
    return refusal;
  }

  /** Permanent faults end every wait; passing ones end those that have been patient enough. */
  #faulted(error: LockError): void {
    const { line, settings } = this.#host;
    this.#trouble = { cause: error, votes: error.votes, outcome: error.outcome };
    const isPassing = error.code === "BACKEND_UNAVAILABLE" || error.code === "NO_QUORUM";
    if (!isPassing) return line.refuseWhile(() => again(error));
    const head = line.first();
    if (head?.kind === "try") line.refuse(head, error);
    else if (head?.kind === "once") line.timeOut(head);
    const nowMs = settings.elapsed.nowMs();
    line.refuseWhile((waiter) => {
      const sinceMs = Math.max(waiter.startedMs, this.#answeredAtMs);
      const patienceMs = settings.unavailableMs ?? waiter.settings.ttlMs;
      return nowMs - sinceMs >= patienceMs ? again(error) : undefined;
    });
  }

  /** Hints that the name may be free end the delay early. Without them the delay is the wait. */
  async #watch(): Promise<AsyncDisposable | undefined> {
    const { provider } = this.#host.settings;
    try {
      return await provider.watch?.(this.#host.name, () => this.#wakeUp?.());
    } catch {
      return undefined;
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#host.settings.clock.setTimer(delayMs, () => this.#wakeUp?.());
      this.#wakeUp = () => {
        this.#wakeUp = undefined;
        timer.cancel();
        resolve();
      };
    });
  }
}

/** The same failure for another waiter, so that no two callers share one error object. */
function again(error: LockError): LockError {
  const { lockName, outcome, votes, cause, why } = error;
  return new LockError(error.code, error.message, { lockName, outcome, votes, cause, why });
}
