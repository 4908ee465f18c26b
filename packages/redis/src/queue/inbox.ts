import type { Clock } from "@holdfast/core";
import type { CommandRunner } from "../command-runner.ts";
import type { Subscription } from "../subscription.ts";

interface InboxParts {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly channel: string;
  /** Longest wait for the subscription, in milliseconds. */
  readonly timeoutMs: number;
  readonly onMessage: (text: string) => void;
  /** Messages may have been lost until now. */
  readonly onReturn: () => void;
}

/**
 * The channel on which this process is told of its grants, over a connection of its own, opened by the
 * first who waits. Without it waiters learn of their grants by heartbeat: later, and nothing is lost.
 */
export class Inbox {
  readonly channel: string;
  readonly #parts: InboxParts;
  #subscription: Subscription | undefined;
  #opening: Promise<void> | undefined;
  /** Ends the wait for it to open. */
  #stopWaiting: (() => void) | undefined;
  #isClosed = false;
  /** What the server, or the client, said to the last attempt to subscribe, if it refused. */
  refusal: unknown;

  constructor(parts: InboxParts) {
    this.channel = parts.channel;
    this.#parts = parts;
  }

  /** Undefined when it is open; else resolves when it is, or when that failed or took too long. */
  ready(): Promise<void> | undefined {
    if (this.#subscription?.isEnded) this.#drop();
    if (this.#subscription !== undefined && this.#opening === undefined) return undefined;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Nobody waits: the next who does opens it again. */
  rest(): void {
    this.#drop();
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
    this.#stopWaiting?.();
  }

  #drop(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  async #open(): Promise<void> {
    const { runner, channel, clock, timeoutMs, onMessage, onReturn } = this.#parts;
    let connection: Awaited<ReturnType<CommandRunner["ready"]>>;
    try {
      connection = await runner.ready();
    } catch {
      // The join itself will say so.
      return;
    }
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const stopWaiting = (): void => {
        timer.cancel();
        resolve();
      };
      const timer = clock.setTimer(timeoutMs, stopWaiting);
      this.#stopWaiting = stopWaiting;
      const settle = (refusal: unknown): void => {
        this.refusal = refusal;
        stopWaiting();
      };
      let isFirst = true;
      try {
        this.#subscription = connection.subscribe(channel, {
          message: onMessage,
          subscribed: () => {
            settle(undefined);
            if (!isFirst) onReturn();
            isFirst = false;
          },
          refused: (error) => settle(error),
        });
      } catch (error) {
        // A client that was wrapped may have no second connection to give.
        settle(error);
      }
    });
  }
}
