import { LockError, type Outcome } from "@holdfast/core";
import { classifyError, type Fault, faultError } from "./classify-error.ts";
import type { PendingCommand } from "./command-deadlines.ts";
import type { RedisConnection } from "./redis-client.ts";
import type { Script } from "./scripts.ts";

/** One command to send, and what to make of its reply. */
export interface Call<Result> {
  readonly command: string[];
  /** Of an EVALSHA: sent in full, once, where the server does not know its hash. */
  readonly script?: Script;
  readonly lockName?: string;
  /** Ends the wait for the connection, or for the reply. */
  readonly signal?: AbortSignal | undefined;
  /** May throw a LockError, which the caller gets. */
  decode(answer: Answer): Result;
}

/** A reply, with what a validity and a vote are counted from. */
export interface Answer {
  readonly reply: unknown;
  /** Read before the first byte left. */
  readonly sentAtMs: number;
  readonly connection: RedisConnection;
  /** The connection's epoch at the send. */
  readonly epoch: number;
  /** False when the driver connected anew in between, so it may have sent the command twice. */
  readonly isEpochKept: boolean;
}

/** How a command tells its runner how it ended. */
export interface Sending {
  readonly timeoutMs: number;
  settled(): void;
  timedOut(connection: RedisConnection): void;
}

/**
 * One command between its send and whatever settles it first: reply, error, timeout or abort. It is its
 * own answer, since a lock costs two of these and every object on the way is felt.
 */
export class SentCommand<Result> implements PendingCommand, Answer {
  readonly sentAtMs: number;
  readonly connection: RedisConnection;
  readonly epoch: number;
  reply: unknown;
  isSettled = false;
  readonly #call: Call<Result>;
  readonly #sending: Sending;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (error: unknown) => void;
  #onAbort: (() => void) | undefined;

  constructor(
    sent: { sentAtMs: number; connection: RedisConnection; call: Call<Result>; sending: Sending },
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
  ) {
    this.sentAtMs = sent.sentAtMs;
    this.connection = sent.connection;
    this.epoch = sent.connection.epoch;
    this.#call = sent.call;
    this.#sending = sent.sending;
    this.#resolve = resolve;
    this.#reject = reject;
    const { signal } = sent.call;
    if (signal !== undefined) this.#listen(signal);
  }

  get isEpochKept(): boolean {
    return this.connection.epoch === this.epoch;
  }

  answer(reply: unknown): void {
    if (!this.#settle()) return;
    this.reply = reply;
    try {
      this.#resolve(this.#call.decode(this));
    } catch (error) {
      this.#reject(error);
    }
  }

  /**
   * The server's own error reply means that nothing was done, unless the driver connected anew: then a
   * first copy may have been. Any other error comes from a connection that broke on the way.
   */
  fail(error: unknown): void {
    const fault = classifyError(error);
    const isHarmless = fault.isUnsent || (fault.isReply && this.isEpochKept);
    this.#fault(fault, isHarmless ? "not-applied" : "unknown");
  }

  expire(): void {
    const { timeoutMs } = this.#sending;
    const text = `no reply within ${timeoutMs} ms`;
    const fault = { reason: "TIMEOUT", text, isTransient: true, isReply: false, isUnsent: false };
    this.#fault(fault, "unknown");
    this.#sending.timedOut(this.connection);
  }

  #fault(fault: Fault, outcome: Outcome): void {
    if (this.#settle()) this.#reject(faultError(fault, outcome, this.#call.lockName));
  }

  #listen(signal: AbortSignal): void {
    this.#onAbort = () => {
      if (this.#settle()) this.#reject(aborted(this.#call, "unknown"));
    };
    signal.addEventListener("abort", this.#onAbort);
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#onAbort !== undefined) {
      this.#call.signal?.removeEventListener("abort", this.#onAbort);
    }
    this.#sending.settled();
    return true;
  }
}

/** The caller took its attempt back. */
export function aborted(
  { signal, lockName }: Pick<Call<unknown>, "signal" | "lockName">,
  outcome: Outcome,
): LockError {
  const cause: unknown = signal?.reason;
  return new LockError("ABORTED", "redis: the attempt was aborted", { lockName, outcome, cause });
}
