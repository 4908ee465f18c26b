import { type Clock, LockError } from "@holdfast/core";
import { batchOf } from "./batch.ts";
import { classifyError, faultError, isNoScript } from "./classify-error.ts";
import { CommandDeadlines } from "./command-deadlines.ts";
import type { ConnectionSource } from "./connection-source.ts";
import type { RedisConnection } from "./redis-client.ts";
import { SentBatch } from "./sent-batch.ts";
import { aborted, type Call, type Sending, type Sent, SentCommand } from "./sent-command.ts";

/** What an attempt to connect is for: named in errors, and ended by its signal. */
type Purpose = Pick<Call<unknown>, "lockName" | "signal">;

/** What goes over the wire. */
type Message = Pick<Call<unknown>, "command" | "script">;

/** A call that goes out with others, and how its caller is told. */
export interface WaitingCall {
  readonly call: Call<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Callers whose commands a driver may hold for us, answered or timed out by our clock alike. */
const IN_FLIGHT_MAX = 65_536;
/** Commands in a row without a reply before a connection of our own is given up as dead. */
const TIMEOUTS_IN_A_ROW_MAX = 3;

/**
 * Sends commands through whichever driver, each with our own timeout, and turns every failure into a
 * LockError that says whether the command may have taken effect. It sends only on a connection that is
 * ready, so no driver's queue ever holds a command whose caller has left.
 */
export class CommandRunner {
  readonly #source: ConnectionSource;
  readonly #clock: Clock;
  readonly #deadlines: CommandDeadlines;
  readonly #sending: Sending;
  /** Ends those that wait for the connection. */
  readonly #waiting = new Set<() => void>();
  #inFlight = 0;
  #timeoutsInARow = 0;
  #isClosed = false;

  constructor(source: ConnectionSource, clock: Clock, timeoutMs: number) {
    this.#source = source;
    this.#clock = clock;
    const deadlines = new CommandDeadlines(clock, timeoutMs);
    this.#deadlines = deadlines;
    this.#sending = {
      timeoutMs,
      settled: () => deadlines.settled(),
      timedOut: (connection) => this.#timedOut(connection),
    };
  }

  /** Sends one command on a connection that is ready, after waiting for one where need be. */
  run<Result>(call: Call<Result>): Promise<Result> {
    const { current } = this;
    if (current !== undefined && !call.signal?.aborted) return this.send(current, call);
    return this.ready(call).then((ready) => this.send(ready, call));
  }

  /** False where a further command would be refused. */
  get hasRoom(): boolean {
    return this.#inFlight < IN_FLIGHT_MAX;
  }

  /** The connection where it is ready now. */
  get current(): RedisConnection | undefined {
    const { connection } = this.#source;
    return connection?.isReady && !this.#isClosed ? connection : undefined;
  }

  /** The connection, opened and ready. Rejects with outcome `not-applied` when it is not in time. */
  async ready(purpose: Purpose = {}): Promise<RedisConnection> {
    this.#assertMayStart(purpose);
    const { connection } = this.#source;
    return connection?.isReady ? connection : await this.#openReady(purpose);
  }

  /**
   * Refuses new commands, and those that still wait for the connection. The ones in flight settle by their
   * reply or their timeout.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source.close();
    for (const end of this.#waiting) end();
    if (this.#inFlight === 0) this.#deadlines.stop();
  }

  #assertMayStart(purpose: Purpose): void {
    if (this.#isClosed) throw closed(purpose);
    if (purpose.signal?.aborted) throw aborted(purpose, "not-applied");
  }

  /** Sends one command now, on a connection that is ready. `landed` is told when its caller was, if it was sent. */
  send<Result>(
    connection: RedisConnection,
    call: Call<Result>,
    landed?: () => void,
  ): Promise<Result> {
    if (!this.hasRoom) return Promise.reject(tooMany(call));
    return new Promise((resolve, reject) => {
      const sentAtMs = this.#clock.monotonicMs();
      const sending = this.#sending;
      const sent = new SentCommand(
        { sentAtMs, connection, call, sending, landed },
        resolve,
        reject,
      );
      this.#deadlines.add(sent);
      this.#transmit(connection, call, sent);
    });
  }

  /** Sends several calls as one command now. `landed` is told when all their callers were. */
  sendTogether(
    connection: RedisConnection,
    waiting: readonly WaitingCall[],
    landed: () => void,
  ): void {
    const sentAtMs = this.#clock.monotonicMs();
    const sending = this.#sending;
    let leftCount = waiting.length;
    const oneLanded = (): void => {
      leftCount -= 1;
      if (leftCount === 0) landed();
    };
    const items = waiting.map(({ call, resolve, reject }) => {
      const parts = { sentAtMs, connection, call, sending, landed: oneLanded };
      const sent = new SentCommand(parts, resolve, reject);
      this.#deadlines.add(sent);
      return sent;
    });
    this.#transmit(connection, batchOf(waiting.map(({ call }) => call)), new SentBatch(items));
  }

  #transmit(connection: RedisConnection, { script, command }: Message, sent: Sent): void {
    this.#inFlight += sent.callerCount;
    const onReply = (reply: unknown): void => {
      this.#replied(sent);
      sent.answer(reply);
    };
    const onError = (error: unknown): void => {
      this.#replied(sent);
      sent.fail(error);
    };
    connection.send(command).then(onReply, (error: unknown) => {
      if (script === undefined || sent.isSettled || !isNoScript(error)) return onError(error);
      // The server does not know the hash: the script itself, which also makes the hash known.
      connection.send(["eval", script.text, ...command.slice(2)]).then(onReply, onError);
    });
  }

  #replied({ callerCount }: Sent): void {
    this.#inFlight -= callerCount;
    this.#timeoutsInARow = 0;
    if (this.#isClosed && this.#inFlight === 0) this.#deadlines.stop();
  }

  #timedOut(connection: RedisConnection): void {
    this.#timeoutsInARow += 1;
    if (this.#timeoutsInARow < TIMEOUTS_IN_A_ROW_MAX) return;
    this.#timeoutsInARow = 0;
    if (connection === this.#source.connection) this.#source.giveUp();
  }

  /** Waits for the connection, at most as long as for a reply. */
  async #openReady(purpose: Purpose): Promise<RedisConnection> {
    const startedAtMs = this.#clock.monotonicMs();
    const connection = await this.#source.open();
    this.#assertMayStart(purpose);
    if (connection.isReady) return connection;
    if (connection.isEnded) throw notConnected(purpose, "the client is closed or was never opened");
    const waitedMs = this.#clock.monotonicMs() - startedAtMs;
    const leftMs = Math.max(1, this.#sending.timeoutMs - waitedMs);
    await this.#becomeReady(connection, leftMs, purpose);
    this.#assertMayStart(purpose);
    return connection;
  }

  #becomeReady(connection: RedisConnection, delayMs: number, purpose: Purpose): Promise<void> {
    const { lockName, signal } = purpose;
    return new Promise((resolve, reject) => {
      const settle = (error?: LockError): void => {
        stop();
        timer.cancel();
        this.#waiting.delete(end);
        signal?.removeEventListener("abort", onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onAbort = (): void => settle(aborted(purpose, "not-applied"));
      const end = (): void => settle(closed(purpose));
      this.#waiting.add(end);
      const stop = connection.onceReady((error) => {
        if (error === undefined) return settle();
        settle(faultError(classifyError(error), "not-applied", lockName));
      });
      const timer = this.#clock.setTimer(delayMs, () => {
        this.#timedOut(connection);
        settle(notConnected(purpose, `not connected within ${this.#sending.timeoutMs} ms`));
      });
      signal?.addEventListener("abort", onAbort);
    });
  }
}

function closed({ lockName }: Purpose): LockError {
  return new LockError("PROVIDER_CLOSED", "redis: the provider is closed", { lockName });
}

function notConnected({ lockName }: Purpose, text: string): LockError {
  const fault = {
    reason: "CONNECTION",
    text,
    isTransient: true,
    isReply: false,
    isUnsent: true,
  };
  return faultError(fault, "not-applied", lockName);
}

function tooMany({ lockName }: Purpose): LockError {
  return new LockError(
    "LIMIT_EXCEEDED",
    `redis: ${IN_FLIGHT_MAX} commands have no reply yet; this one was not sent`,
    { lockName },
  );
}
