import type { Fault } from "../src/classify-error.ts";
import type { PostgresStatement } from "../src/postgres-client.ts";
import { type Answer, type Session, StatementFault } from "../src/session.ts";

/** What a statement comes back with: rows, or an error. */
export type Outcome = readonly (readonly unknown[])[] | Fault;

interface Sent {
  readonly statement: PostgresStatement;
  readonly sentAtMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: StatementFault) => void;
  outcome?: Outcome;
}

/** What the server answers a cancelled statement. */
const CANCELLED: Fault = {
  reason: "57014",
  text: "cancelled",
  code: "BACKEND_UNAVAILABLE",
  isAnswer: true,
  isEnd: false,
};

/** Of a statement that the server had no room for. */
export const NO_ROOM: Fault = { ...CANCELLED, reason: "53200", text: "no room" };

interface Server {
  /** What a statement does, and what it comes back with. */
  run(statement: PostgresStatement): Outcome;
  /** Whether it would wait now. */
  waits(statement: PostgresStatement): boolean;
}

/** A server as far as one session of it goes: statements arrive, run and are answered in steps of their own. */
export class SessionModel {
  nowMs = 0;
  provenAtMs = 0;
  sentAtMs = 0;
  readonly #server: Server;
  readonly #sent: Sent[] = [];

  constructor(server: Server) {
    this.#server = server;
  }

  /** What the code under test is given. */
  get session(): Session {
    const model = this;
    const session = {
      facts: { pid: 1, startedAt: "1", hasIdleTimeout: true, timeline: 1n },
      fault: undefined,
      isEnded: false,
      get isBusy() {
        return model.isBusy;
      },
      get sentAtMs() {
        return model.sentAtMs;
      },
      get provenAtMs() {
        return model.provenAtMs;
      },
      onEnd: () => undefined,
      destroy: (text: string) => {
        throw new Error(`destroyed: ${text}`);
      },
      run: (statement: PostgresStatement) => model.#take(statement),
    };
    return session as unknown as Session;
  }

  get isBusy(): boolean {
    return this.#sent.length > 0;
  }

  /** A statement is there that has not run, and would not wait. */
  get canRun(): boolean {
    const [first] = this.#sent;
    if (first === undefined || first.outcome !== undefined) return false;
    return !this.#server.waits(first.statement);
  }

  get canAnswer(): boolean {
    return this.#sent[0]?.outcome !== undefined;
  }

  runNext(): void {
    const [first] = this.#sent;
    if (first !== undefined) first.outcome = this.#server.run(first.statement);
  }

  /** Ends the statement that runs; one that has run, or none, is left alone. */
  cancel(): void {
    const [first] = this.#sent;
    if (first !== undefined && first.outcome === undefined) first.outcome = CANCELLED;
  }

  answerNext(): void {
    const first = this.#sent.shift();
    if (first?.outcome === undefined) throw new Error("nothing to answer");
    const { outcome, sentAtMs, resolve, reject } = first;
    this.provenAtMs = sentAtMs;
    if (this.#sent[0] !== undefined) this.sentAtMs = this.#sent[0].sentAtMs;
    if ("reason" in outcome) reject(new StatementFault(outcome));
    else resolve({ result: { rows: outcome }, sentAtMs });
  }

  #take(statement: PostgresStatement): Promise<Answer> {
    this.nowMs += 1;
    const sentAtMs = this.nowMs;
    if (!this.isBusy) this.sentAtMs = sentAtMs;
    return new Promise((resolve, reject) => {
      this.#sent.push({ statement, sentAtMs, resolve, reject });
    });
  }
}
