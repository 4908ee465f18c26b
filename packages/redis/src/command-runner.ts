import { type Clock, LockError } from "@holdfast/core";
import { classifyError, faultError, isNoScript } from "./classify-error.ts";
import { CommandDeadlines } from "./command-deadlines.ts";
import type { ConnectionSource } from "./connection-source.ts";
import type { RedisConnection } from "./redis-client.ts";
import type { Script } from "./scripts.ts";
import { type Answer, aborted, type CommandContext, SentCommand } from "./sent-command.ts";

interface Call {
  readonly command: string[];
  readonly context: CommandContext;
  /** Sent in full where the server does not know its hash. */
  readonly script: Script | undefined;
}

/** Commands that a driver may hold for us, answered or timed out by our clock alike. */
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
  readonly #timeoutMs: number;
  readonly #deadlines: CommandDeadlines;
  #inFlight = 0;
  #timeoutsInARow = 0;
  #isClosed = false;

  constructor(source: ConnectionSource, clock: Clock, timeoutMs: number) {
    this.#source = source;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#deadlines = new CommandDeadlines(clock, timeoutMs);
  }

  /** Runs a script by its hash; `operands` are the number of keys, the keys and the arguments. */
  run(script: Script, operands: readonly string[], context: CommandContext = {}): Promise<Answer> {
    return this.#send({ command: ["EVALSHA", script.sha, ...operands], context, script });
  }

  command(command: string[], context: CommandContext = {}): Promise<Answer> {
    return this.#send({ command, context, script: undefined });
  }

  /** The connection, opened and ready. Rejects with outcome `not-applied` when it is not in time. */
  async ready(context: CommandContext = {}): Promise<RedisConnection> {
    this.#assertMayStart(context);
    const { connection } = this.#source;
    return connection?.isReady ? connection : await this.#openReady(context);
  }

  /** Refuses new commands. The ones in flight settle by their reply. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source.close();
    if (this.#inFlight === 0) this.#deadlines.stop();
  }

  #send(call: Call): Promise<Answer> {
    const { connection } = this.#source;
    if (connection?.isReady && !this.#isClosed && !call.context.signal?.aborted) {
      return this.#sendOn(connection, call);
    }
    return this.ready(call.context).then((ready) => this.#sendOn(ready, call));
  }

  #assertMayStart({ lockName, signal }: CommandContext): void {
    if (this.#isClosed) {
      throw new LockError("PROVIDER_CLOSED", "redis: the provider is closed", { lockName });
    }
    if (signal?.aborted) throw aborted(signal, "not-applied", lockName);
  }

  #sendOn(connection: RedisConnection, { command, context, script }: Call): Promise<Answer> {
    if (this.#inFlight >= IN_FLIGHT_MAX) return Promise.reject(tooMany(context));
    this.#inFlight += 1;
    return new Promise((resolve, reject) => {
      const sent = new SentCommand(connection, context, {
        sentAtMs: this.#clock.monotonicMs(),
        deadlines: this.#deadlines,
        timeoutMs: this.#timeoutMs,
        resolve,
        reject,
        expired: () => this.#onTimeout(connection),
      });
      const onReply = (reply: unknown): void => {
        this.#replied();
        sent.reply(reply);
      };
      const onError = (error: unknown): void => {
        this.#replied();
        sent.fail(error);
      };
      connection.send(command).then(onReply, (error: unknown) => {
        if (script === undefined || sent.isSettled || !isNoScript(error)) return onError(error);
        // Its hash is not known there: the script itself, once, which also makes the hash known.
        connection.send(["EVAL", script.text, ...command.slice(2)]).then(onReply, onError);
      });
    });
  }

  #replied(): void {
    this.#inFlight -= 1;
    this.#timeoutsInARow = 0;
    if (this.#isClosed && this.#inFlight === 0) this.#deadlines.stop();
  }

  #onTimeout(connection: RedisConnection): void {
    this.#timeoutsInARow += 1;
    if (this.#timeoutsInARow < TIMEOUTS_IN_A_ROW_MAX) return;
    this.#timeoutsInARow = 0;
    if (connection === this.#source.connection) this.#source.giveUp();
  }

  /** Waits for the connection, at most as long as for a reply. */
  async #openReady(context: CommandContext): Promise<RedisConnection> {
    const startedAtMs = this.#clock.monotonicMs();
    const connection = await this.#source.open();
    this.#assertMayStart(context);
    if (connection.isReady) return connection;
    if (connection.isEnded) throw notConnected(context, "the client is closed or was never opened");
    const leftMs = startedAtMs + this.#timeoutMs - this.#clock.monotonicMs();
    await this.#becomeReady(connection, Math.max(1, leftMs), context);
    this.#assertMayStart(context);
    return connection;
  }

  #becomeReady(
    connection: RedisConnection,
    delayMs: number,
    context: CommandContext,
  ): Promise<void> {
    const { lockName, signal } = context;
    return new Promise((resolve, reject) => {
      const settle = (error?: LockError): void => {
        stop();
        timer.cancel();
        signal?.removeEventListener("abort", onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onAbort = (): void => settle(aborted(signal, "not-applied", lockName));
      const stop = connection.onceReady((error) => {
        if (error === undefined) return settle();
        settle(faultError(classifyError(error), "not-applied", lockName));
      });
      const timer = this.#clock.setTimer(delayMs, () => {
        settle(notConnected(context, `not connected within ${this.#timeoutMs} ms`));
      });
      signal?.addEventListener("abort", onAbort);
    });
  }
}

function notConnected({ lockName }: CommandContext, text: string): LockError {
  const fault = {
    reason: "CONNECTION",
    text,
    isTransient: true,
    isReply: false,
    isUnsent: true,
  };
  return faultError(fault, "not-applied", lockName);
}

function tooMany({ lockName }: CommandContext): LockError {
  return new LockError(
    "LIMIT_EXCEEDED",
    `redis: ${IN_FLIGHT_MAX} commands have no reply yet; this one was not sent`,
    { lockName },
  );
}
