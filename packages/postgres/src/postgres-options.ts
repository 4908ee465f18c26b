import { type Clock, type Random, systemClock, systemRandom } from "@holdfast/core";
import type { PostgresConnection } from "./postgres-client.ts";

/** What every form of `postgres()` takes. */
export interface PostgresCommonOptions {
  /** Hashed with every name, default `holdfast:`. 0 to 128 bytes without control characters. */
  readonly prefix?: string;
  /**
   * Longest wait for an answer, and for a connection before it, in whole milliseconds from 10 to 60 000;
   * default 1 000. A wait for a lock is not an answer and has its own end.
   */
  readonly commandTimeoutMs?: number;
  /** False mints no tokens: no write-ahead log flush. The capability and the types say so. Default true. */
  readonly fencing?: boolean;
  /** Most connections that this provider opens, from 2 to 100; default 8. */
  readonly connectionCountMax?: number;
  /** How its sessions are named in `pg_stat_activity`. Default `holdfast`, at most 63 bytes. */
  readonly applicationName?: string;
  /**
   * Says that a pooler between here and the server gives every client a session of its own. Without it a
   * pooler is refused, since most modes share sessions and with them their locks.
   */
  readonly pooling?: "session";
  /** Default: the system's. The same object must go to `createLocks`. */
  readonly clock?: Clock;
  /** Jitter. Default: the system's. */
  readonly random?: Random;
}

/** The server by URL, `postgres://user:password@host:port/database`, as `pg` reads it. */
export interface PostgresUrlOptions extends PostgresCommonOptions {
  readonly url: string;
  readonly connection?: undefined;
  /** Certificates and names, as `tls.connect` takes them; with it the connection is encrypted. Not beside `sslmode`. */
  readonly tls?: object;
}

/** The server by its parts. */
export interface PostgresConnectionOptions extends PostgresCommonOptions {
  readonly connection: PostgresConnection;
  readonly url?: undefined;
}

export type PostgresOptions = PostgresUrlOptions | PostgresConnectionOptions;

/** The options, checked and with their defaults. */
export interface PostgresSettings {
  /** What `pg` takes to connect. Holds the password, so it goes into no error. */
  readonly client: object;
  readonly prefix: string;
  readonly commandTimeoutMs: number;
  readonly fencing: boolean;
  readonly connectionCountMax: number;
  readonly isPooled: boolean;
  readonly clock: Clock;
  readonly random: Random;
}

const COMMAND_TIMEOUT_MS_MIN = 10;
const COMMAND_TIMEOUT_MS_MAX = 60_000;
const CONNECTION_COUNT_MIN = 2;
const CONNECTION_COUNT_MAX = 100;
const PREFIX_BYTES_MAX = 128;
/** Of an identifier in Postgres; longer names would be cut. */
const APPLICATION_NAME_BYTES_MAX = 63;
/** First probe of a silent peer by the kernel. */
const KEEP_ALIVE_DELAY_MS = 5_000;

/** `sslmode`, `sslrootcert` and the like. */
const SSL_PARAMETER = /[?&]ssl/;

const KNOWN: ReadonlySet<string> = new Set([
  "url",
  "connection",
  "tls",
  "prefix",
  "commandTimeoutMs",
  "fencing",
  "connectionCountMax",
  "applicationName",
  "pooling",
  "clock",
  "random",
]);

/** Checks every option. Throws TypeError or RangeError; connects to nothing. */
export function postgresSettings(options: PostgresOptions): PostgresSettings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("postgres() takes { url } or { connection }");
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) throw new TypeError(`postgres() has no option ${JSON.stringify(key)}`);
  }
  const { prefix = "holdfast:", commandTimeoutMs = 1_000, fencing = true } = options;
  const { connectionCountMax = 8, applicationName = "holdfast", pooling } = options;
  const { clock = systemClock, random = systemRandom } = options;
  checkText({ prefix }, PREFIX_BYTES_MAX);
  checkText({ applicationName }, APPLICATION_NAME_BYTES_MAX);
  checkWhole({ commandTimeoutMs }, COMMAND_TIMEOUT_MS_MIN, COMMAND_TIMEOUT_MS_MAX);
  checkWhole({ connectionCountMax }, CONNECTION_COUNT_MIN, CONNECTION_COUNT_MAX);
  if (typeof fencing !== "boolean")
    throw new TypeError(`fencing must be a boolean, not ${fencing}`);
  if (pooling !== undefined && pooling !== "session") {
    throw new TypeError(`pooling must be "session" or left out, not ${JSON.stringify(pooling)}`);
  }
  if (typeof clock?.monotonicMs !== "function") throw new TypeError("clock must be a Clock");
  if (typeof random?.fraction !== "function") throw new TypeError("random must be a Random");
  const client = {
    ...placeOf(options),
    application_name: applicationName,
    connectionTimeoutMillis: commandTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  };
  const isPooled = pooling === "session";
  return {
    ...{ client, prefix, commandTimeoutMs, fencing },
    ...{ connectionCountMax, isPooled, clock, random },
  };
}

function placeOf(options: PostgresOptions): object {
  const { url, connection } = options;
  if ((url === undefined) === (connection === undefined)) {
    throw new TypeError("postgres() takes either url or connection, and exactly one of them");
  }
  if (connection !== undefined) {
    if (typeof connection !== "object" || connection === null) {
      throw new TypeError("connection must be an object with host, port, user, database");
    }
    if ("tls" in options) throw new TypeError("tls belongs to url; a connection has ssl");
    const { host, port, user, password, database, ssl } = connection;
    return { host, port, user, password, database, ssl };
  }
  if (typeof url !== "string" || !/^postgres(ql)?:\/\//.test(url)) {
    throw new TypeError("url must begin with postgres:// or postgresql://");
  }
  // The driver takes one without a host, too, where the parameters say where the socket is.
  if (!URL.canParse(url) && !URL.canParse(url.replace("@/", "@host/"))) {
    throw new TypeError(
      "url cannot be read: look at its host and port, and at what must be encoded",
    );
  }
  const { tls } = options as PostgresUrlOptions;
  // The driver would take what the URL says: no encryption, where that is it.
  if (tls !== undefined && SSL_PARAMETER.test(url)) {
    throw new TypeError("tls and the ssl parameters of url are two answers; take one of them");
  }
  return { connectionString: url, ...(tls === undefined ? {} : { ssl: tls }) };
}

function checkText(values: Readonly<Record<string, unknown>>, bytesMax: number): void {
  for (const [parameter, value] of Object.entries(values)) {
    const wanted = `${parameter} must be a string of 0 to ${bytesMax} bytes`;
    if (typeof value !== "string") throw new TypeError(`${wanted}, not ${typeof value}`);
    const bytes = Buffer.byteLength(value);
    if (bytes > bytesMax) throw new RangeError(`${wanted}; it has ${bytes}`);
    if (/\p{Cc}/u.test(value)) throw new RangeError(`${wanted} without control characters`);
  }
}

function checkWhole(values: Readonly<Record<string, unknown>>, min: number, max: number): void {
  for (const [parameter, value] of Object.entries(values)) {
    const wanted = `${parameter} must be a whole number from ${min} to ${max}`;
    if (typeof value !== "number") throw new TypeError(`${wanted}, not ${typeof value}`);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`${wanted}, not ${value}`);
    }
  }
}
