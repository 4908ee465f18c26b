import type { AcquireRequest, Grant, LockError, Outcome, Refusal } from "@holdfast/core";
import { type Fault, faultError, noAnswer, notOpened } from "./classify-error.ts";
import type { Awaited, Deadlines } from "./deadlines.ts";
import { aborted, grantOf, tokenOf } from "./grant.ts";
import type { Hold } from "./hold.ts";
import type { HoldSession, TryCall } from "./hold-session.ts";
import type { HoldSessions } from "./hold-sessions.ts";
import type { HoldTable } from "./hold-table.ts";

/** What attempts are made with. */
export interface AttemptHost {
  readonly table: HoldTable;
  readonly sessions: HoldSessions;
  readonly deadlines: Deadlines;
  nowMs(): number;
  /** Why this lock is one too many for the server, where it is. */
  excess(hold: Hold): LockError | undefined;
  /** Gives a held lock back. */
  giveBack(hold: Hold): void;
}

interface Settle {
  readonly resolve: (answer: Grant | Refusal) => void;
  readonly reject: (error: LockError) => void;
}

const HELD: Refusal = { granted: false, why: "held" };

/** One try for a lock that its hold has the claim on. It ends by answer, timeout, abort or withdrawal. */
export class Attempt implements TryCall, Awaited {
  readonly key: string;
  beganAtMs: number;
  isSent = false;
  isSettled = false;
  readonly #hold: Hold;
  readonly #host: AttemptHost;
  readonly #request: AcquireRequest;
  readonly #settle: Settle;

  private constructor(host: AttemptHost, asked: [Hold, AcquireRequest], settle: Settle) {
    [this.#hold, this.#request] = asked;
    this.#host = host;
    this.#settle = settle;
    this.key = this.#hold.key;
    this.beganAtMs = host.nowMs();
  }

  static make(
    host: AttemptHost,
    hold: Hold,
    request: AcquireRequest & { readonly classMs: number },
  ): Promise<Grant | Refusal> {
    return new Promise((resolve, reject) => {
      new Attempt(host, [hold, request], { resolve, reject }).#begin(request.classMs);
    });
  }

  get isCancelled(): boolean {
    return this.isSettled;
  }

  answered(position: string | null, sentAtMs: number, host: HoldSession): void {
    const hold = this.#hold;
    if (position === null) {
      this.#host.table.end(hold, "absent");
      if (!this.isSettled) this.#done(() => this.#settle.resolve(HELD));
      return;
    }
    this.#host.table.grant(hold, host, tokenOf(position, host.session.facts.timeline));
    if (hold.isUnwanted) {
      this.#host.giveBack(hold);
      this.#fail(aborted(hold, "unknown"));
    } else {
      this.#done(() => this.#settle.resolve(grantOf(hold, host, sentAtMs)));
    }
  }

  failed(fault: Fault): void {
    const outcome = this.isSent && !fault.isAnswer ? "unknown" : "not-applied";
    this.#host.table.end(this.#hold, outcome === "unknown" ? "unknown" : "absent");
    this.#fail(faultError(fault, outcome, this.#hold.name));
  }

  expire(): void {
    const fault = noAnswer(`no answer within ${this.#host.deadlines.timeoutMs} ms`);
    this.#giveUp((outcome) => faultError(fault, outcome, this.#hold.name));
  }

  #begin(classMs: number): void {
    const { sessions, deadlines } = this.#host;
    this.#hold.withdraw = () => this.#giveUp((outcome) => aborted(this.#hold, outcome));
    this.#request.signal?.addEventListener("abort", this.#onAbort);
    deadlines.add(this);
    const ready = sessions.ready(classMs);
    if (ready !== undefined) {
      ready.try(this);
      return;
    }
    sessions.get(classMs).then(
      (session) => {
        if (this.isSettled) return;
        // Only an open session tells how many there may be.
        const excess = this.#host.excess(this.#hold);
        if (excess !== undefined) return this.#notOpened(excess);
        this.beganAtMs = this.#host.nowMs();
        session.try(this);
      },
      (error: unknown) => this.#notOpened(error),
    );
  }

  readonly #onAbort = (): void => {
    this.#giveUp((outcome) => aborted(this.#hold, outcome));
  };

  #notOpened(error: unknown): void {
    this.#host.table.end(this.#hold, "absent");
    this.#fail(notOpened(error, this.#hold.name));
  }

  /** The caller goes at once; what was sent takes its course, and a grant goes back. */
  #giveUp(error: (outcome: Outcome) => LockError): void {
    if (this.isSettled) return;
    this.#hold.isUnwanted = true;
    if (!this.isSent) this.#host.table.end(this.#hold, "absent");
    this.#fail(error(this.isSent ? "unknown" : "not-applied"));
  }

  #fail(error: LockError): void {
    if (!this.isSettled) this.#done(() => this.#settle.reject(error));
  }

  #done(settle: () => void): void {
    this.isSettled = true;
    this.#hold.withdraw = undefined;
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
    settle();
  }
}
