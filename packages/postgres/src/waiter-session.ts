import type { Clock } from "@holdfast/core";
import type { Fault } from "./classify-error.ts";
import type { LockHost } from "./hold.ts";
import type { HoldSessions } from "./hold-sessions.ts";
import { type Answer, type Session, StatementFault } from "./session.ts";
import { BEAT, cancel, endOfTurn, positionOf, TRUE, waitForLock } from "./sql.ts";

/** What a turn ended with: the lock and its proof, or nothing. */
export type Turn =
  | { readonly status: "granted"; readonly position: string; readonly sentAtMs: number }
  | { readonly status: "not-granted" };

interface WaiterHost {
  readonly clock: Clock;
  readonly sessions: HoldSessions;
  readonly commandTimeoutMs: number;
  readonly fencing: boolean;
  /** Its lock was given back: it can wait again. */
  freed(waiter: WaiterSession): void;
}

/** What to wait for. */
interface Turned {
  readonly key: string;
  readonly classMs: number;
  readonly sliceMs: number;
  /** Nobody wants it any more. */
  readonly isOver: () => boolean;
}

/** A cancel is sent again after this long, since one that comes too early is ignored. */
const CANCEL_AGAIN_MS = 20;
/** A grant counts from the sending of its wait, if no more than this share of its lease has passed since. */
const WAITED_SHARE_MAX = 0.2;
/** A cancel may hit what cleans up; it is tried again so often. */
const CLEAN_TRY_COUNT_MAX = 5;
const CANCELLED = "57014";
const LOCK_TIMEOUT = "55P03";

/**
 * A session that waits in the server's queue for one lock, holds it until it is given back, and then waits
 * for another. While it holds it never waits, or the deadlock detector would see what is none.
 */
export class WaiterSession implements LockHost {
  readonly session: Session;
  readonly #host: WaiterHost;
  #validMs = 0;
  #limitMs = 0;
  #isCancelled = false;
  #cancelling: Promise<void> | undefined;
  /** When it became free. */
  idleSinceMs: number;

  constructor(session: Session, host: WaiterHost) {
    this.session = session;
    this.#host = host;
    this.idleSinceMs = host.clock.monotonicMs();
  }

  get validMs(): number {
    return this.#validMs;
  }

  /** How long its statement may go unanswered: as long as the wait, or as its lock lives. */
  get isSilent(): boolean {
    if (!this.session.isBusy) return false;
    return this.#host.clock.monotonicMs() - this.session.sentAtMs >= this.#limitMs;
  }

  /** Waits for one slice. Rejects with a StatementFault; the session is clean again, or ended. */
  async turn({ key, classMs, sliceMs, isOver }: Turned): Promise<Turn> {
    const { commandTimeoutMs, fencing } = this.#host;
    const idleTimeoutMs = this.session.facts.hasIdleTimeout ? classMs : 0;
    this.#validMs = classMs;
    this.#limitMs = sliceMs + commandTimeoutMs;
    this.#isCancelled = false;
    const waited = await settled(
      this.session.run(waitForLock(key, { idleTimeoutMs, sliceMs, fencing })),
    );
    this.#limitMs = Math.max(classMs, commandTimeoutMs);
    // Not before every cancel was answered is it sure that none is still on its way.
    const wasCancelled = this.#isCancelled;
    this.#isCancelled = true;
    await this.#cancelling;
    this.#cancelling = undefined;
    if (waited instanceof StatementFault || wasCancelled || isOver()) {
      await this.#clean();
      if (waited instanceof StatementFault && !isNoGrant(waited.fault)) throw waited;
      return { status: "not-granted" };
    }
    const sentAtMs = await this.#provenAtMs(waited);
    return { status: "granted", position: positionOf(waited.result), sentAtMs };
  }

  /** Ends the wait under way; `turn` then resolves. */
  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#cancelling = this.#cancelUntilSettled();
  }

  async unlock(key: string): Promise<boolean> {
    const { hasIdleTimeout } = this.session.facts;
    const unlocking = this.#patiently(() => this.session.run(endOfTurn(key, hasIdleTimeout)));
    const { result } = await unlocking.catch((error: unknown) => {
      this.session.destroy("a lock could not be given back");
      throw error;
    });
    this.idleSinceMs = this.#host.clock.monotonicMs();
    this.#host.freed(this);
    return result.rows[0]?.[0] === TRUE;
  }

  async prove(): Promise<number> {
    return (await this.session.run(BEAT)).sentAtMs;
  }

  /**
   * The lease begins with the answer, of which only the question's time is sure. After a long wait that would
   * leave too little of it, and a proof of its own is worth its round trip.
   */
  async #provenAtMs({ sentAtMs }: Answer): Promise<number> {
    const waitedMs = this.#host.clock.monotonicMs() - sentAtMs;
    if (waitedMs <= this.#validMs * WAITED_SHARE_MAX) return sentAtMs;
    try {
      return await this.prove();
    } catch (error) {
      await this.#clean();
      throw error;
    }
  }

  /**
   * A wait that was cancelled or timed out may have been granted all the same. This gives everything back
   * that the session has, which is that lock or nothing.
   */
  async #clean(): Promise<void> {
    const { hasIdleTimeout } = this.session.facts;
    try {
      await this.#patiently(() => this.session.run(endOfTurn(undefined, hasIdleTimeout)));
    } catch {
      this.session.destroy("a wait could not be undone");
    }
    this.idleSinceMs = this.#host.clock.monotonicMs();
  }

  async #patiently(run: () => Promise<Answer>): Promise<Answer> {
    for (let tryCount = 1; ; tryCount += 1) {
      const answer = await settled(run());
      if (!(answer instanceof StatementFault)) return answer;
      if (answer.fault.reason !== CANCELLED || tryCount === CLEAN_TRY_COUNT_MAX) throw answer;
    }
  }

  /** One that is sent too early is ignored, so it is sent until the wait has ended. */
  async #cancelUntilSettled(): Promise<void> {
    const { session } = this;
    const { sentAtMs } = session;
    while (session.isBusy && session.sentAtMs === sentAtMs) {
      if (!(await this.#sendCancel())) {
        // Nobody knows whether it is still on its way, so the session cannot be used again.
        session.destroy("a cancel was not answered");
        return;
      }
      if (!session.isBusy || session.sentAtMs !== sentAtMs) return;
      await this.#pause(CANCEL_AGAIN_MS);
    }
  }

  /** False without an answer in time; a fault is an answer, after which the next is sent. */
  #sendCancel(): Promise<boolean> {
    const { sessions, clock, commandTimeoutMs } = this.#host;
    return new Promise((resolve) => {
      // A connection may have to be made first.
      const timer = clock.setTimer(2 * commandTimeoutMs, () => resolve(false), { ref: false });
      const answered = (): void => {
        timer.cancel();
        resolve(true);
      };
      sessions
        .control()
        .then((control) => control.query(cancel(this.session.facts)))
        .then(answered, answered);
    });
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#host.clock.setTimer(delayMs, resolve, { ref: false });
    });
  }
}

/** The wait ended as it may: cut into slices, or cancelled by whoever wanted it to end. */
function isNoGrant({ reason }: Fault): boolean {
  return reason === LOCK_TIMEOUT || reason === CANCELLED;
}

/** The answer, or why there is none. */
async function settled(answer: Promise<Answer>): Promise<Answer | StatementFault> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StatementFault) return error;
    throw error;
  }
}
