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

/** One command on its way, for one caller or for several. */
export interface Sent {
  /** Nobody waits for it any more. */
  readonly isSettled: boolean;
  /** Those that it was sent for. */
  readonly callerCount: number;
  answer(reply: unknown): void;
  fail(error: unknown): void;
}

/** What a command is sent with. */
interface Parts<Result> {
  readonly sentAtMs: number;
  readonly connection: RedisConnection;
  readonly call: Call<Result>;
  readonly sending: Sending;
  /** Told after the caller, however it ended. */
  readonly landed: (() => void) | undefined;
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
export class SentCommand<Result> implements PendingCommand, Answer, Sent {
  readonly sentAtMs: number;
  readonly connection: RedisConnection;
  readonly epoch: number;
  reply: unknown;
  isSettled = false;
  readonly callerCount = 1;
  readonly #call: Call<Result>;
  readonly #sending: Sending;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (error: unknown) => void;
  readonly #landed: (() => void) | undefined;
  #onAbort: (() => void) | undefined;

  constructor(
    sent: Parts<Result>,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
  ) {
    this.sentAtMs = sent.sentAtMs;
    this.connection = sent.connection;
    this.epoch = sent.connection.epoch;
    this.#call = sent.call;
    this.#sending = sent.sending;
    this.#landed = sent.landed;
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
    this.#told();
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

  /**
   * The error of a whole batch. `ERR` may come from the middle of it, when items before were done; the other
   * codes come instead of running it.
   */
  failTogether(error: unknown): void {
    const fault = classifyError(error);
    if (fault.reason === "ERR") this.#fault(fault, "unknown");
    else this.fail(error);
  }

  expire(): void {
    const { timeoutMs } = this.#sending;
    const text = `no reply within ${timeoutMs} ms`;
    const fault = { reason: "TIMEOUT", text, isTransient: true, isReply: false, isUnsent: false };
    // First, so that what is sent next is not sent on a connection that is given up.
    this.#sending.timedOut(this.connection);
    this.#fault(fault, "unknown");
  }

  #fault(fault: Fault, outcome: Outcome): void {
    this.#end(() => faultError(fault, outcome, this.#call.lockName));
  }

  #listen(signal: AbortSignal): void {
    this.#onAbort = () => this.#end(() => aborted(this.#call, "unknown"));
    signal.addEventListener("abort", this.#onAbort);
  }

  #end(error: () => LockError): void {
    if (!this.#settle()) return;
    this.#reject(error());
    this.#told();
  }

  #told(): void {
    this.#sending.settled();
    this.#landed?.();
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#onAbort !== undefined) {
      this.#call.signal?.removeEventListener("abort", this.#onAbort);
    }
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
