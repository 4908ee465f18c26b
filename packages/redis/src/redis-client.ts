import {
  type Subscription,
  type SubscriptionHandlers,
  subscribeByIoredis,
  subscribeByNodeRedis,
} from "./subscription.ts";

/**
 * The few members of each driver that this package calls, and their adaptation to one small shape.
 * Structural, so that no driver's types are part of ours: ioredis 5 and 6, node-redis 4, 5 and 6.
 */

// biome-ignore lint/suspicious/noExplicitAny: as the drivers declare it; with unknown theirs do not fit.
type Listener = (...values: any[]) => void;

interface EventSource {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
  listenerCount(event: string): number;
}

/** What a second connection of ioredis is used for. */
export interface IoredisSubscriber extends EventSource {
  readonly status: string;
  subscribe(channel: string): Promise<unknown>;
  disconnect(): void;
}

/** A client of ioredis 5 or 6, connected to one server. */
export interface IoredisClient extends EventSource {
  readonly status: string;
  call(command: string, ...operands: string[]): Promise<unknown>;
  connect(): Promise<unknown>;
  disconnect(): void;
  duplicate(options?: object): IoredisSubscriber;
}

/** What a second connection of node-redis is used for. */
export interface NodeRedisSubscriber extends EventSource {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  /** Version 5 and later. */
  destroy?(): void;
  /** Version 4. */
  disconnect(): Promise<void>;
}

/** A client of node-redis (`redis`) 4, 5 or 6, connected to one server. */
export interface NodeRedisClient extends EventSource {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  sendCommand(command: string[], options?: object): Promise<unknown>;
  duplicate(): NodeRedisSubscriber;
}

/** Either driver's client. */
export type RedisClient = IoredisClient | NodeRedisClient;

export type RedisDriver = "ioredis" | "redis";

/** One client as the provider sees it, whatever its driver. */
export interface RedisConnection {
  readonly driver: RedisDriver;
  /** True when a command given now is written now. Nothing is sent otherwise: no queue but ours. */
  readonly isReady: boolean;
  /** True when it will not connect by itself: never opened, or ended. */
  readonly isEnded: boolean;
  /** Changes with every connection made, so that a reply can be matched with its send. */
  readonly epoch: number;
  /** The options that the client was made with, for `doctor`. */
  readonly clientOptions: Readonly<Record<string, unknown>>;
  send(command: string[]): Promise<unknown>;
  /** Listens to one channel on a connection of its own, which comes back by itself. */
  subscribe(channel: string, handlers: SubscriptionHandlers): Subscription;
  /** Calls back once, when ready (no argument) or at the first error before. Returns how to stop. */
  onceReady(done: (error?: unknown) => void): () => void;
  /** Removes our listener. The client goes on. */
  detach(): void;
}

/**
 * Events with which a connection begins or ends: of both drivers, of ioredis, of node-redis. The ends
 * count too, since a driver may settle an old command while the next connection is being made.
 */
const TURNS: readonly string[] = ["ready", "close", "reconnecting"];

abstract class DriverConnection<Client extends RedisClient> {
  readonly client: Client;
  #epoch = 1;
  readonly #waiting = new Set<(error?: unknown) => void>();
  #stopListening: () => void = () => {};
  readonly #onTurn = (): void => {
    this.#epoch += 1;
  };

  constructor(client: Client) {
    this.client = client;
    for (const event of TURNS) client.on(event, this.#onTurn);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get clientOptions(): Readonly<Record<string, unknown>> {
    const { options } = this.client as { readonly options?: Readonly<Record<string, unknown>> };
    return options ?? {};
  }

  onceReady(done: (error?: unknown) => void): () => void {
    if (this.#waiting.size === 0) this.#listen();
    this.#waiting.add(done);
    return () => {
      if (this.#waiting.delete(done) && this.#waiting.size === 0) this.#stopListening();
    };
  }

  /** One pair of listeners for all who wait, however many: emitters warn of more than ten. */
  #listen(): void {
    const { client } = this;
    const onReady = (): void => this.#tell(undefined);
    const onError = (error: unknown): void => this.#tell(error ?? new Error("an error event"));
    // A client without an error listener shouts or throws, as its owner chose: ours would hide that.
    const hears = client.listenerCount("error") > 0;
    client.on("ready", onReady);
    if (hears) client.on("error", onError);
    this.#stopListening = () => {
      client.off("ready", onReady);
      if (hears) client.off("error", onError);
    };
  }

  #tell(error: unknown): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#stopListening();
    for (const done of waiting) done(error);
  }

  detach(): void {
    for (const event of TURNS) this.client.off(event, this.#onTurn);
  }
}

class IoredisConnection extends DriverConnection<IoredisClient> implements RedisConnection {
  readonly driver: RedisDriver = "ioredis";

  get isReady(): boolean {
    return this.client.status === "ready";
  }

  get isEnded(): boolean {
    return this.client.status === "end";
  }

  send(command: string[]): Promise<unknown> {
    return this.client.call(...(command as [string, ...string[]]));
  }

  subscribe(channel: string, handlers: SubscriptionHandlers): Subscription {
    return subscribeByIoredis(this.client, channel, handlers);
  }

  override onceReady(done: (error?: unknown) => void): () => void {
    const stop = super.onceReady(done);
    // A client made with lazyConnect connects at its first command, and this is it.
    if (this.client.status === "wait") this.client.connect().catch(() => {});
    return stop;
  }
}

/**
 * Overrides what a client may have set for all its commands: its own timeout, which costs an
 * AbortSignal a command beside ours, and replies as buffers.
 */
const NODE_REDIS_COMMAND_OPTIONS: object = Object.freeze({
  timeout: undefined,
  typeMapping: undefined,
});

class NodeRedisConnection extends DriverConnection<NodeRedisClient> implements RedisConnection {
  readonly driver: RedisDriver = "redis";

  get isReady(): boolean {
    return this.client.isReady;
  }

  get isEnded(): boolean {
    return !this.client.isOpen;
  }

  send(command: string[]): Promise<unknown> {
    return this.client.sendCommand(command, NODE_REDIS_COMMAND_OPTIONS);
  }

  subscribe(channel: string, handlers: SubscriptionHandlers): Subscription {
    return subscribeByNodeRedis(this.client, channel, handlers);
  }
}

const CLIENT_WANTED =
  "client must be a client of one server, made by ioredis 5 or 6 or by redis (node-redis) 4, 5 or 6";

/** Adapts a client of either driver. Throws a TypeError for anything else. */
export function adaptClient(client: unknown): RedisConnection {
  if (typeof client !== "object" || client === null) {
    throw new TypeError(`${CLIENT_WANTED}, not ${client === null ? "null" : typeof client}`);
  }
  const seen = client as Record<string, unknown>;
  if (seen["isCluster"] === true || typeof seen["slots"] === "object") {
    throw new TypeError(`${CLIENT_WANTED}, not a client of a cluster`);
  }
  if (typeof seen["getSentinelNode"] === "function") {
    throw new TypeError(`${CLIENT_WANTED}, not a client of sentinels`);
  }
  if (typeof seen["call"] === "function" && typeof seen["status"] === "string") {
    return new IoredisConnection(client as IoredisClient);
  }
  if (typeof seen["sendCommand"] === "function" && typeof seen["isReady"] === "boolean") {
    const { options } = client as { readonly options?: { readonly legacyMode?: boolean } };
    if (options?.legacyMode) throw new TypeError(`${CLIENT_WANTED}, not in legacy mode`);
    return new NodeRedisConnection(client as NodeRedisClient);
  }
  throw new TypeError(`${CLIENT_WANTED}; this object is neither`);
}
