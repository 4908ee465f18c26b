import { type Clock, LockError, type Timer } from "@holdfast/core";
import { classifyError, type Fault, faultError, noAnswer } from "./classify-error.ts";
import {
  createClient,
  type PostgresClient,
  type PostgresNotification,
  type PostgresResult,
  type PostgresStatement,
} from "./postgres-client.ts";
import type { PostgresSettings } from "./postgres-options.ts";
import { PreparedQuery } from "./prepared-query.ts";
import { readFacts, type SessionFacts } from "./session-facts.ts";

/** What the server answered, and when the question left. */
export interface Answer {
  readonly result: PostgresResult;
  readonly sentAtMs: number;
}

/** Why a statement has no result. The session goes on only if the fault is an answer. */
export class StatementFault extends Error {
  override readonly name: string = "StatementFault";
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.text);
    this.fault = fault;
  }
}

interface Pending {
  readonly statement: PostgresStatement;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: StatementFault) => void;
}

const CLOSED: Fault = {
  reason: "CLOSED",
  text: "the session was closed",
  code: "PROVIDER_CLOSED",
  isAnswer: false,
  isEnd: true,
};
/** Statements that may wait for their turn on one session; more would be a leak. */
const PENDING_MAX = 1_024;

/**
 * One connection and the server process at its end: statements go out one at a time, and the end of it is
 * told once, by whatever shows it first. Locks live and die with it, so it is never made anew.
 */
export class Session {
  readonly #client: PostgresClient;
  readonly #clock: Clock;
  readonly #commandTimeoutMs: number;
  readonly facts: SessionFacts;
  readonly #pending: Pending[] = [];
  #current: Pending | undefined;
  #fault: Fault | undefined;
  /** When the last statement left; and the last one that was answered. */
  #sentAtMs: number;
  #provenAtMs: number;
  readonly #onEnd = new Set<(fault: Fault) => void>();

  private constructor(client: PostgresClient, settings: PostgresSettings, facts: SessionFacts) {
    this.#client = client;
    this.#clock = settings.clock;
    this.#commandTimeoutMs = settings.commandTimeoutMs;
    this.facts = facts;
    this.#sentAtMs = this.#clock.monotonicMs();
    this.#provenAtMs = this.#sentAtMs;
  }

  /** Connects, sets the session up and looks whether it may hold locks. Rejects with a LockError. */
  static async open(settings: PostgresSettings, idleTimeoutMs: number): Promise<Session> {
    const { clock, commandTimeoutMs } = settings;
    const client = await createClient(settings.client);
    const early: { fault?: Fault; tell?: (fault: Fault) => void } = {};
    const end = (fault: Fault): void => {
      if (early.fault !== undefined) return;
      early.fault = fault;
      early.tell?.(fault);
    };
    client.on("error", (error) => end(classifyError(error)));
    client.on("end", () => end(classifyError(new Error("the connection ended"))));
    let timer: Timer | undefined;
    try {
      const facts = await new Promise<SessionFacts>((resolve, reject) => {
        const silent = noAnswer(`not connected within ${commandTimeoutMs} ms`);
        timer = clock.setTimer(commandTimeoutMs, () => reject(new StatementFault(silent)));
        early.tell = (fault) => reject(new StatementFault(fault));
        client
          .connect()
          .then(() => readFacts(client, { idleTimeoutMs, isPooled: settings.isPooled }))
          .then(resolve, reject);
      });
      const session = new Session(client, settings, facts);
      early.tell = (fault) => session.#ended(fault);
      if (early.fault !== undefined) session.#ended(early.fault);
      return session;
    } catch (error) {
      client.connection.stream.destroy();
      if (LockError.is(error)) throw error;
      const fault = error instanceof StatementFault ? error.fault : classifyError(error);
      throw faultError(fault, "not-applied");
    } finally {
      timer?.cancel();
    }
  }

  /** Why it ended, once it has. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  get isEnded(): boolean {
    return this.#fault !== undefined;
  }

  /** True while a statement has no answer. */
  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** When the statement left that has no answer, or that was answered last. */
  get sentAtMs(): number {
    return this.#sentAtMs;
  }

  /** The session lived when the statement that left at this time arrived. */
  get provenAtMs(): number {
    return this.#provenAtMs;
  }

  /** Sends it when those before it are answered. Rejects with a {@link StatementFault}. */
  run(statement: PostgresStatement): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(new StatementFault(this.#fault));
      const pending = { statement, resolve, reject };
      if (this.#current === undefined) return this.#send(pending);
      if (this.#pending.length < PENDING_MAX) this.#pending.push(pending);
      else reject(new StatementFault(noAnswer("too many statements wait for one session")));
    });
  }

  onEnd(listener: (fault: Fault) => void): void {
    this.#onEnd.add(listener);
  }

  onNotification(listener: (notification: PostgresNotification) => void): void {
    this.#client.on("notification", listener);
  }

  /** Says good-bye, upon which the server ends the session and its locks. One that does not answer is cut off. */
  async close(): Promise<void> {
    this.#ended(CLOSED);
    const { stream } = this.#client.connection;
    const timer = this.#clock.setTimer(this.#commandTimeoutMs, () => stream.destroy());
    await this.#client.end().catch(() => undefined);
    timer.cancel();
  }

  /** Cuts the connection. The server may keep the session until its idle timeout. */
  destroy(text: string): void {
    this.#ended(noAnswer(text));
    this.#client.connection.stream.destroy();
  }

  #send(pending: Pending): void {
    this.#current = pending;
    this.#sentAtMs = this.#clock.monotonicMs();
    const { statement } = pending;
    const ended = (error: unknown, result?: PostgresResult | PostgresResult[]): void => {
      if (error === null || error === undefined) this.#answered(pending, result as PostgresResult);
      else this.#failed(pending, error);
    };
    if (statement.name === undefined) this.#client.query({ ...statement }, ended);
    else this.#client.query(new PreparedQuery(statement, ended));
  }

  #answered(pending: Pending, result: PostgresResult): void {
    const sentAtMs = this.#sentAtMs;
    this.#provenAtMs = sentAtMs;
    this.#next(pending);
    pending.resolve({ result, sentAtMs });
  }

  #failed(pending: Pending, error: unknown): void {
    const fault = classifyError(error);
    if (fault.isAnswer) {
      this.#provenAtMs = this.#sentAtMs;
      this.#next(pending);
    } else {
      this.#ended(fault);
    }
    pending.reject(new StatementFault(this.#fault ?? fault));
  }

  #next(pending: Pending): void {
    if (this.#current !== pending) return;
    this.#current = undefined;
    const next = this.#pending.shift();
    if (next !== undefined) this.#send(next);
  }

  /** Latched: the first that shows the end decides why, and everybody is told of it once. */
  #ended(fault: Fault): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    const unanswered = [this.#current, ...this.#pending.splice(0)];
    this.#current = undefined;
    for (const pending of unanswered) pending?.reject(new StatementFault(fault));
    for (const listener of this.#onEnd) listener(fault);
  }
}
