import type { Acquirer, Answer } from "./acquirer.ts";
import { Backoff } from "./backoff.ts";
import { Holding } from "./holding.ts";
import { LockError, type LockErrorOptions } from "./lock-error.ts";
import type { Refusal, Vote } from "./provider.ts";
import type { Settings } from "./settings.ts";
import type { WaitLine } from "./wait-line.ts";
import type { Waiter } from "./waiter.ts";

/** What an {@link Asker} needs from the queue it asks for. */
export interface AskerHost {
  readonly name: string;
  readonly settings: Settings;
  readonly acquirer: Acquirer;
  readonly line: WaitLine;
  /** For whom to ask next; undefined when nobody waits or this process holds the lock. */
  next(): Waiter | undefined;
  /** Gives a granted lock to whoever is first; false when it fits nobody. */
  place(holding: Holding): boolean;
  /** Nobody waits any more, or somebody was granted: the requests have ended. */
  asked(): void;
}

const NO_TROUBLE: LockErrorOptions = {};

/** A fault that was dealt with leaves no answer; a request that was cancelled owes none. */
type Result = Answer | "fault" | "cancelled";

/**
 * The one request to the backend that all waiters of a name share: attempt, refused, then the
 * backend's queue where it has one, else hints and backoff, until somebody is granted or nobody
 * waits.
 */
export class Asker {
  readonly #host: AskerHost;
  #isActive = false;
  #controller: AbortController | undefined;
  #wakeUp: (() => void) | undefined;
  /** A request is on its way, as against a delay before the next. */
  #isInFlight = false;
  #trouble: LockErrorOptions = NO_TROUBLE;
  #hadFaults = false;
  /** Set from the first refusal or fault on. */
  #backoff: Backoff | undefined;
  /** The last grant came through the backend's queue: others want the lock too. */
  #isContended = false;
  #unwatch: (() => void) | undefined;
  #idle: (() => void)[] | undefined;

  constructor(host: AskerHost) {
    this.#host = host;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** What to tell those who stop waiting: the last answer, and whether a request is under way. */
  trouble(): LockErrorOptions {
    return this.#isInFlight ? { ...this.#trouble, outcome: "unknown" } : this.#trouble;
  }

  /** Asks for `head`, and goes on until a grant found its holder or nobody waits. */
  start(head: Waiter, justReleased: boolean): void {
    this.#isActive = true;
    const { acquirer } = this.#host;
    if (justReleased && acquirer.polls) {
      if (!acquirer.canEnqueue) {
        void this.#standBack();
        return;
      }
      // In turn, or those of other processes that poll would never find it free.
      this.#isContended = true;
    }
    // Nearly every request is granted at once; what follows a refusal is the loop's business.
    this.#send(head, (result) => {
      if (!(result instanceof Holding)) void this.#loop(result);
      else if (this.#host.place(result)) this.#end();
      else void this.#host.acquirer.giveBack(result).then(() => this.#loop("cancelled"));
    });
  }

  /** Nobody waits any more: ends the request and the delay. */
  cancel(): void {
    this.#controller?.abort(new LockError("ABORTED", "nobody waits for this lock any more"));
    this.#wakeUp?.();
  }

  /** Resolves when no request and no delay is under way. */
  idle(): Promise<void> {
    if (!this.#isActive) return Promise.resolve();
    this.#idle ??= [];
    const waiting = this.#idle;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /**
   * Where waiters poll, the process that has just given the lock back would take it again while the
   * others sleep. It lets a moment pass.
   */
  async #standBack(): Promise<void> {
    const { backoffMsMin, backoffMsMax, random } = this.#host.settings;
    await this.#pause(Math.min(backoffMsMax, backoffMsMin * (0.5 + random.fraction())));
    await this.#loop("cancelled");
  }

  async #loop(first: Result): Promise<void> {
    for (let result = first; ; ) {
      if (!(result instanceof Holding)) await this.#without(result);
      else if (this.#host.place(result)) break;
      else await this.#host.acquirer.giveBack(result);
      const head = this.#host.next();
      if (head === undefined) {
        // A backend that keeps something for the next request need not.
        this.cancel();
        break;
      }
      result = await new Promise<Result>((resolve) => this.#send(head, resolve));
    }
    // In the very turn of the grant: whoever got it may give it back in the next.
    this.#end();
  }

  /** Until the next request, if somebody still waits. */
  async #without(result: Exclude<Result, Holding>): Promise<void> {
    if (result === "cancelled") return;
    const refusal = result === "fault" ? undefined : this.#refused(result);
    if (this.#host.next() !== undefined) await this.#delay(refusal);
  }

  /** Until the next request is worth while: at once after the first refusal if a queue can be joined. */
  async #delay(refusal: Refusal | undefined): Promise<void> {
    const { acquirer, settings } = this.#host;
    const isFirst = this.#backoff === undefined;
    this.#backoff ??= new Backoff(settings.backoffMsMin, settings.backoffMsMax, settings.random);
    if (isFirst) this.#listen();
    if (isFirst && refusal !== undefined && acquirer.canEnqueue) return;
    await this.#pause(this.#backoff.nextMs(refusal?.retryAfterMs));
  }

  #end(): void {
    this.#isActive = false;
    this.#controller = undefined;
    this.#backoff = undefined;
    this.#trouble = NO_TROUBLE;
    this.#unwatch?.();
    this.#unwatch = undefined;
    for (const resolve of this.#idle ?? []) resolve();
    this.#idle = undefined;
    this.#host.asked();
  }

  /** One request. A fault is told to those it concerns before `next` hears of it. */
  #send(head: Waiter, next: (result: Result) => void): void {
    const { name, acquirer } = this.#host;
    const isBehind = this.#backoff !== undefined || (this.#isContended && head.kind === "wait");
    const join = isBehind && acquirer.canEnqueue;
    // Only a wait that can end early needs a way to end its request.
    const controller = join || head.canLeave ? this.#signalling() : undefined;
    this.#isInFlight = true;
    const reply =
      join && controller !== undefined
        ? acquirer.enqueue(name, head.settings, controller.signal)
        : acquirer.attempt(name, head.settings, controller?.signal);
    const settle = (result: Result): void => {
      if (join) this.#isContended = !(result instanceof Holding && result.isAtOnce);
      this.#isInFlight = false;
      next(result);
    };
    const fail = (error: LockError): void => {
      this.#isInFlight = false;
      const isCancelled = controller?.signal.aborted === true;
      if (!isCancelled) this.#faulted(error);
      settle(isCancelled ? "cancelled" : "fault");
    };
    if (reply instanceof Promise) reply.then(settle, fail);
    else settle(reply);
  }

  /** One for all requests of a wait: a backend may keep something from one to the next. */
  #signalling(): AbortController {
    if (this.#controller === undefined || this.#controller.signal.aborted) {
      this.#controller = new AbortController();
    }
    return this.#controller;
  }

  /** Held by another is a result. No quorum and abstaining members are the lack of one. */
  #refused(refusal: Refusal): Refusal {
    const { line, name } = this.#host;
    const { why, votes, outcome } = refusal;
    if (why !== "held") {
      const code = why === "no-quorum" ? "NO_QUORUM" : "BACKEND_UNAVAILABLE";
      const words = why === "no-quorum" ? noQuorum(votes) : "met a member that abstains";
      const details = { lockName: name, votes, outcome };
      this.#faulted(new LockError(code, `lock ${JSON.stringify(name)} ${words}`, details));
      return refusal;
    }
    this.#forgiveFaults();
    this.#trouble = { ...(votes && { votes }), ...(outcome && { outcome }) };
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
    if (!isPassing) {
      line.refuseEach(() => again(error));
      return;
    }
    const head = line.first();
    if (head?.kind === "try") line.refuse(head, error);
    else if (head?.kind === "once") line.timeOut(head);
    const nowMs = settings.elapsed.nowMs();
    this.#hadFaults = true;
    line.refuseEach((waiter) => {
      waiter.unansweredSinceMs ??= nowMs;
      const patienceMs = settings.unavailableMs ?? waiter.settings.ttlMs;
      return nowMs - waiter.unansweredSinceMs >= patienceMs ? again(error) : undefined;
    });
  }

  /** The backend answered: patience begins anew. */
  #forgiveFaults(): void {
    if (!this.#hadFaults) return;
    this.#hadFaults = false;
    this.#host.line.refuseEach((waiter) => {
      waiter.unansweredSinceMs = undefined;
      return undefined;
    });
  }

  /**
   * Hints that the name may be free end the delay early. One may have come before we listened, so
   * listening ends it too. Without hints, or until they can come, the delay is the wait.
   */
  #listen(): void {
    const { provider } = this.#host.settings;
    if (provider.watch === undefined) return;
    let isOver = false;
    let watch: AsyncDisposable | undefined;
    this.#unwatch = () => {
      isOver = true;
      if (watch !== undefined) void endWatch(watch);
    };
    const listening = async (): Promise<void> => {
      watch = await provider.watch?.(this.#host.name, () => {
        if (!isOver) this.#wakeUp?.();
      });
      if (!isOver) this.#wakeUp?.();
      else if (watch !== undefined) await endWatch(watch);
    };
    listening().catch(() => undefined);
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

/** A watch that cannot be ended has nobody to tell. */
async function endWatch(watch: AsyncDisposable): Promise<void> {
  try {
    await watch[Symbol.asyncDispose]();
  } catch {
    // The provider ends it with its own connection.
  }
}

/** Says of each member why it gave no vote. */
function noQuorum(votes: readonly Vote[] = []): string {
  const missing = votes
    .filter(({ answer }) => answer !== "granted")
    .map(({ member, answer, why }) => `${member}: ${why ?? answer}`);
  return missing.length === 0 ? "found no quorum" : `found no quorum (${missing.join("; ")})`;
}

/** The same failure for another waiter, so that no two callers share one error object. */
function again(error: LockError): LockError {
  const { lockName, outcome, votes, cause, why } = error;
  return new LockError(error.code, error.message, { lockName, outcome, votes, cause, why });
}
