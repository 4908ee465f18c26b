import { LockError, type Outcome } from "@holdfast/core";
import { classifyError, faultError } from "./classify-error.ts";
import type { CommandDeadlines, PendingCommand } from "./command-deadlines.ts";
import type { RedisConnection } from "./redis-client.ts";

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

/** What a command is for: named in errors, and ended by its signal. */
export interface CommandContext {
  readonly lockName?: string;
  readonly signal?: AbortSignal | undefined;
}

interface Settling {
  readonly sentAtMs: number;
  readonly deadlines: CommandDeadlines;
  readonly timeoutMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: LockError) => void;
  readonly expired: () => void;
}

/** One command between its send and whatever settles it first: reply, error, timeout or abort. */
export class SentCommand implements PendingCommand {
  readonly deadlineMs: number;
  isSettled = false;
  readonly #connection: RedisConnection;
  readonly #epoch: number;
  readonly #context: CommandContext;
  readonly #settling: Settling;
  readonly #onAbort: (() => void) | undefined;

  constructor(connection: RedisConnection, context: CommandContext, settling: Settling) {
    this.#connection = connection;
    this.#epoch = connection.epoch;
    this.#context = context;
    this.#settling = settling;
    this.deadlineMs = settling.deadlines.deadlineMs(settling.sentAtMs);
    const { signal } = context;
    if (signal !== undefined) {
      this.#onAbort = () => this.#reject(aborted(signal, "unknown", context.lockName));
      signal.addEventListener("abort", this.#onAbort);
    }
    settling.deadlines.add(this);
  }

  reply(reply: unknown): void {
    if (!this.#settle()) return;
    const { sentAtMs, resolve } = this.#settling;
    const connection = this.#connection;
    const epoch = this.#epoch;
    resolve({ reply, sentAtMs, connection, epoch, isEpochKept: connection.epoch === epoch });
  }

  /**
   * The server's own error reply means that nothing was done, unless the driver connected anew: then a
   * first copy may have been. Any other error comes from a connection that broke on the way.
   */
  fail(error: unknown): void {
    const fault = classifyError(error);
    const isEpochKept = this.#connection.epoch === this.#epoch;
    const isHarmless = fault.isUnsent || (fault.isReply && isEpochKept);
    this.#reject(faultError(fault, isHarmless ? "not-applied" : "unknown", this.#context.lockName));
  }

  expire(): void {
    const { timeoutMs, expired } = this.#settling;
    const text = `no reply within ${timeoutMs} ms`;
    const fault = { reason: "TIMEOUT", text, isTransient: true, isReply: false, isUnsent: false };
    this.#reject(faultError(fault, "unknown", this.#context.lockName));
    expired();
  }

  #reject(error: LockError): void {
    if (this.#settle()) this.#settling.reject(error);
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#onAbort !== undefined) {
      this.#context.signal?.removeEventListener("abort", this.#onAbort);
    }
    this.#settling.deadlines.settled();
    return true;
  }
}

/** The caller took its attempt back. */
export function aborted(
  signal: AbortSignal | undefined,
  outcome: Outcome,
  lockName: string | undefined,
): LockError {
  const cause: unknown = signal?.reason;
  return new LockError("ABORTED", "redis: the attempt was aborted", { lockName, outcome, cause });
}
