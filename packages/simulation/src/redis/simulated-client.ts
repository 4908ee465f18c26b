import { EventEmitter } from "node:events";
import type { Clock, Timer } from "@holdfast/core";
import type { IoredisClient } from "@holdfast/redis";
import { PushMessage } from "./push-message.ts";
import type { Wire, WireConnection } from "./wire.ts";

interface SimulatedClientOptions {
  readonly wire: Wire;
  /** Of the client's process. */
  readonly clock: Clock;
  /**
   * True: unanswered commands are sent again after a reconnect, ioredis' default; false: they are
   * rejected when the connection is lost, as with `maxRetriesPerRequest: 0`.
   */
  readonly resend: boolean;
  /** True: commands given while not connected wait for the connection, ioredis' default. */
  readonly offlineQueue: boolean;
}

/** The states of ioredis. Each one entered is also an event. */
type ClientStatus = "connecting" | "connect" | "ready" | "close" | "reconnecting" | "end";

interface PendingCommand {
  readonly command: readonly string[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 1_000;
const RECONNECT_MS_MIN = 20;
const RECONNECT_MS_MAX = 1_000;
/** Lost connections in a row after which even a client that resends rejects everything; ioredis' default. */
const RETRIES_MAX = 20;

const READY_CHECK: readonly string[] = ["INFO"];

/**
 * A client that behaves as one of ioredis over a simulated connection: it connects when made, is ready
 * after the server has answered once, and comes back with growing delays. It draws no random number and
 * reads no clock but the one it is given.
 */
export class SimulatedClient extends EventEmitter implements IoredisClient {
  readonly #options: SimulatedClientOptions;
  #status: ClientStatus = "connecting";
  #connection: WireConnection | undefined;
  #timer: Timer | undefined;
  /** Lost connections, or failures to make one, in a row. */
  #failures = 0;
  /** Sent on the present connection and not answered. */
  readonly #sent: PendingCommand[] = [];
  /** Sent on a connection that was lost, to be sent again. */
  readonly #unanswered: PendingCommand[] = [];
  /** Given while not ready. */
  readonly #offline: PendingCommand[] = [];

  constructor(options: SimulatedClientOptions) {
    super();
    this.#options = options;
    this.#open();
  }

  get status(): string {
    return this.#status;
  }

  /** Another client like this one, as for a subscription. Its own options are not told apart. */
  duplicate(): SimulatedClient {
    return new SimulatedClient(this.#options);
  }

  /** What is published on the channel comes as `message` events, for as long as this connection lasts. */
  subscribe(channel: string): Promise<unknown> {
    return this.call("SUBSCRIBE", channel);
  }

  call(...command: string[]): Promise<unknown> {
    return new Promise((resolve, reject) => this.#give({ command, resolve, reject }));
  }

  /** Connects again after `disconnect`. */
  async connect(): Promise<void> {
    if (this.#status !== "end") throw new Error("Redis is already connecting/connected");
    this.#open();
  }

  /** Ends the connection for good and rejects what was not answered. */
  disconnect(): void {
    if (this.#status === "end") return;
    this.#timer?.cancel();
    this.#connection?.close();
    this.#connection = undefined;
    this.#enter("close");
    this.#enter("end");
    this.#rejectAll(new Error("Connection is closed."));
  }

  #give(pending: PendingCommand): void {
    if (this.#status === "ready") this.#send(pending);
    else if (this.#status === "end") pending.reject(new Error("Connection is closed."));
    else if (this.#options.offlineQueue) this.#offline.push(pending);
    else {
      const words = "Stream isn't writeable and enableOfflineQueue options is false";
      pending.reject(new Error(words));
    }
  }

  #send(pending: PendingCommand): void {
    this.#sent.push(pending);
    this.#connection?.send(pending.command);
  }

  #open(): void {
    this.#enter("connecting");
    this.#connection = this.#options.wire.connect({
      up: () => this.#up(),
      reply: (reply) => this.#replied(reply),
      down: (error) => this.#down(error),
    });
    this.#timer = this.#options.clock.setTimer(CONNECT_TIMEOUT_MS, () => {
      this.#connection?.close();
      this.#down(new Error("connect ETIMEDOUT"));
    });
  }

  #up(): void {
    this.#timer?.cancel();
    this.#enter("connect");
    this.#connection?.send(READY_CHECK);
  }

  #replied(reply: unknown): void {
    if (reply instanceof PushMessage) this.emit("message", reply.channel, reply.text);
    else if (this.#status === "connect") this.#ready();
    else this.#settle(reply);
  }

  #settle(reply: unknown): void {
    const pending = this.#sent.shift();
    if (pending === undefined) throw new Error("a reply came without a command");
    if (reply instanceof Error) pending.reject(reply);
    else pending.resolve(reply);
  }

  #ready(): void {
    this.#failures = 0;
    this.#enter("ready");
    const waiting = [...this.#unanswered.splice(0), ...this.#offline.splice(0)];
    for (const pending of waiting) this.#send(pending);
  }

  #down(error: Error): void {
    const { clock, resend } = this.#options;
    this.#timer?.cancel();
    this.#connection = undefined;
    if (this.listenerCount("error") > 0) this.emit("error", error);
    this.#enter("close");
    this.#unanswered.push(...this.#sent.splice(0));
    this.#failures += 1;
    this.#enter("reconnecting");
    this.#timer = clock.setTimer(reconnectMs(this.#failures), () => this.#open());
    if (!resend || this.#failures % (RETRIES_MAX + 1) === 0) {
      this.#rejectAll(new Error("Reached the max retries per request limit"));
    }
  }

  #rejectAll(error: Error): void {
    const pending = [
      ...this.#offline.splice(0),
      ...this.#unanswered.splice(0),
      ...this.#sent.splice(0),
    ];
    for (const { reject } of pending) reject(error);
  }

  /** The status changes at once; its event comes after what runs now, and before what is settled now. */
  #enter(status: ClientStatus): void {
    this.#status = status;
    queueMicrotask(() => this.emit(status));
  }
}

function reconnectMs(failures: number): number {
  return Math.min(RECONNECT_MS_MIN * 2 ** failures, RECONNECT_MS_MAX);
}
