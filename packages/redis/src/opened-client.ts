import { LockError, type Random } from "@holdfast/core";
import type { ConnectionSource } from "./connection-source.ts";
import { nodeRedisEnd } from "./node-redis-end.ts";
import type { RedisTarget } from "./parse-url.ts";
import {
  adaptClient,
  type IoredisClient,
  type NodeRedisClient,
  type RedisClient,
  type RedisConnection,
  type RedisDriver,
} from "./redis-client.ts";
import type { RedisUrlOptions } from "./redis-options.ts";

/** The constructors that we call, out of all that a driver exports. */
interface IoredisModule {
  readonly Redis: new (options: object) => IoredisClient;
}
interface NodeRedisModule {
  createClient(options: object): NodeRedisClient & {
    connect(): Promise<unknown>;
    /** Version 5 and later. */
    destroy?(): void;
    /** Version 4. */
    disconnect(): Promise<void>;
  };
}

interface OpenOptions {
  readonly target: RedisTarget;
  readonly tls: RedisUrlOptions["tls"];
  readonly driver: RedisDriver | undefined;
  readonly connectTimeoutMs: number;
  readonly random: Random;
}

interface Opened {
  readonly connection: RedisConnection;
  close(): void;
}

const RECONNECT_MS_MIN = 20;
const RECONNECT_MS_MAX = 1_000;
/** Doublings of the reconnect delay; more would overflow it to no purpose. */
const RECONNECT_DOUBLINGS_MAX = 6;

/**
 * A client of our own: its driver is imported and its socket opened on first use, and again after it was
 * given up. Nothing is queued while offline and nothing is sent twice, since a request that outlives its
 * caller is a ghost.
 */
export class OpenedClient implements ConnectionSource {
  readonly #options: OpenOptions;
  #opened: Opened | undefined;
  #opening: Promise<RedisConnection> | undefined;
  #isClosed = false;

  constructor(options: OpenOptions) {
    this.#options = options;
  }

  get connection(): RedisConnection | undefined {
    return this.#opened?.connection;
  }

  open(): Promise<RedisConnection> {
    const { connection } = this;
    if (connection !== undefined) return Promise.resolve(connection);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  giveUp(): void {
    this.#opened?.connection.detach();
    this.#opened?.close();
    this.#opened = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.giveUp();
  }

  async #open(): Promise<RedisConnection> {
    const opened = await openDriver(this.#options);
    this.#opened = opened;
    // Closed while the driver was being imported.
    if (this.#isClosed) this.giveUp();
    return opened.connection;
  }
}

async function openDriver(options: OpenOptions): Promise<Opened> {
  const wanted: readonly RedisDriver[] = options.driver ? [options.driver] : ["ioredis", "redis"];
  for (const driver of wanted) {
    const driverModule = await importDriver(driver);
    if (driverModule === undefined) continue;
    return driver === "ioredis"
      ? openIoredis(driverModule as IoredisModule, options)
      : openNodeRedis(driverModule as NodeRedisModule, options);
  }
  throw new LockError(
    "CONFIG_INVALID",
    `redis: a url needs a driver, and ${wanted.join(" or ")} is not installed`,
  );
}

async function importDriver(driver: RedisDriver): Promise<unknown> {
  try {
    return driver === "ioredis" ? await import("ioredis") : await import("redis");
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function openIoredis({ Redis }: IoredisModule, options: OpenOptions): Opened {
  const { target, connectTimeoutMs } = options;
  const client = new Redis({
    ...(target.path === undefined
      ? { host: target.host, port: target.port }
      : { path: target.path }),
    username: target.username,
    password: target.password,
    db: target.database,
    ...(target.isTls ? { tls: options.tls ?? {} } : {}),
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt: number) => reconnectMs(attempt, options.random),
  });
  hearErrors(client);
  return { connection: adaptClient(client), close: () => client.disconnect() };
}

function openNodeRedis({ createClient }: NodeRedisModule, options: OpenOptions): Opened {
  const { target, connectTimeoutMs } = options;
  const client = createClient({
    socket: {
      ...(target.path === undefined
        ? { host: target.host, port: target.port }
        : { path: target.path }),
      ...(target.isTls ? { ...options.tls, tls: true } : {}),
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (attempt: number) => reconnectMs(attempt, options.random),
    },
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    database: target.database,
    disableOfflineQueue: true,
  });
  hearErrors(client);
  const close = nodeRedisEnd(client);
  client.connect().catch(() => {});
  return { connection: adaptClient(client), close };
}

/** An `error` event without a listener ends the process. Every caller is told by its own command. */
function hearErrors(client: RedisClient): void {
  client.on("error", () => {});
}

/** Doubling, with half of it jittered, so that processes do not come back all at once. */
function reconnectMs(attempt: number, random: Random): number {
  const doublings = Math.min(attempt, RECONNECT_DOUBLINGS_MAX);
  const delayMs = Math.min(RECONNECT_MS_MIN * 2 ** doublings, RECONNECT_MS_MAX);
  return Math.round(delayMs * (0.5 + random.fraction() / 2));
}
