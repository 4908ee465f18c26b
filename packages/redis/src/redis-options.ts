import type { ConnectionOptions } from "node:tls";
import { type Clock, type Random, systemClock, systemRandom } from "@holdfast/core";
import type { RedisClient, RedisDriver } from "./redis-client.ts";

/** What every form of `redis()` takes. */
export interface RedisCommonOptions {
  /** Put before every key, default `holdfast:`. 0 to 128 bytes, without braces and control characters. */
  readonly prefix?: string;
  /**
   * Longest wait for a reply, and before it for the connection or the commands in front, in whole milliseconds
   * from 10 to 60 000; default 1 000. It holds whatever the driver's own timeouts are.
   */
  readonly commandTimeoutMs?: number;
  /** False mints no tokens: one key less to write. The capability and the types say so. Default true. */
  readonly fencing?: boolean;
  /** Longest ttl accepted, in whole milliseconds from 10 to 31 536 000 000; default 86 400 000, a day. */
  readonly ttlMsMax?: number;
  /** Default: the system's. The same object must go to `createLocks`. */
  readonly clock?: Clock;
  /** Jitter of reconnecting. Default: the system's. */
  readonly random?: Random;
}

/** The user brings a client, connects it and closes it. */
export interface RedisClientOptions extends RedisCommonOptions {
  /** A client of ioredis 5 or 6, or of redis (node-redis) 4, 5 or 6, connected to one server. */
  readonly client: RedisClient;
  readonly url?: undefined;
}

/** The provider opens a client on first use, with safe options, and closes it on disposal. */
export interface RedisUrlOptions extends RedisCommonOptions {
  /**
   * `redis://[[user][:password]@]host[:port][/db]`, `rediss://…` for TLS, one host only; none is
   * localhost. `redis+unix:///path/of/socket[?db=n]` for a Unix socket (`?user=` and `?password=` for its
   * login). Everything is percent-encoded; whatever would be ignored otherwise is refused.
   */
  readonly url: string;
  readonly client?: undefined;
  /** Which package to import. Default: ioredis where it is installed, else redis. */
  readonly driver?: RedisDriver;
  /** Certificates and names for `rediss://`, as `tls.connect` takes them. */
  readonly tls?: ConnectionOptions;
}

export type RedisOptions = RedisClientOptions | RedisUrlOptions;

/** The options that both forms share, checked and with their defaults. */
export interface RedisSettings {
  readonly prefix: string;
  readonly commandTimeoutMs: number;
  readonly fencing: boolean;
  readonly ttlMsMax: number;
  readonly clock: Clock;
  readonly random: Random;
}

export const TTL_MS_MIN = 10;
const TTL_MS_MAX = 31_536_000_000;
const COMMAND_TIMEOUT_MS_MAX = 60_000;
const PREFIX_BYTES_MAX = 128;

const KNOWN: ReadonlySet<string> = new Set([
  "client",
  "url",
  "driver",
  "tls",
  "prefix",
  "commandTimeoutMs",
  "fencing",
  "ttlMsMax",
  "clock",
  "random",
]);

/** Checks everything but `client` and `url`. Throws TypeError or RangeError; sends nothing. */
export function redisSettings(options: RedisOptions): RedisSettings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("redis() takes { client } or { url }");
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) throw new TypeError(`redis() has no option ${JSON.stringify(key)}`);
  }
  if ((options.client === undefined) === (options.url === undefined)) {
    throw new TypeError("redis() takes either client or url, and exactly one of them");
  }
  if (options.client !== undefined && ("driver" in options || "tls" in options)) {
    throw new TypeError("driver and tls belong to url; a client brings its own");
  }
  const { prefix = "holdfast:", commandTimeoutMs = 1_000, fencing = true } = options;
  const { ttlMsMax = 86_400_000, clock = systemClock, random = systemRandom } = options;
  checkPrefix(prefix);
  checkWholeMs({ commandTimeoutMs }, COMMAND_TIMEOUT_MS_MAX);
  checkWholeMs({ ttlMsMax }, TTL_MS_MAX);
  if (typeof fencing !== "boolean")
    throw new TypeError(`fencing must be a boolean, not ${fencing}`);
  if (typeof clock?.monotonicMs !== "function") throw new TypeError("clock must be a Clock");
  if (typeof random?.fraction !== "function") throw new TypeError("random must be a Random");
  return { prefix, commandTimeoutMs, fencing, ttlMsMax, clock, random };
}

function checkPrefix(prefix: unknown): asserts prefix is string {
  const wanted = `prefix must be a string of 0 to ${PREFIX_BYTES_MAX} bytes`;
  if (typeof prefix !== "string") throw new TypeError(`${wanted}, not ${typeof prefix}`);
  const bytes = Buffer.byteLength(prefix);
  if (bytes > PREFIX_BYTES_MAX) throw new RangeError(`${wanted}; it has ${bytes}`);
  // A brace before the hash tag of the name would move the keys to another slot.
  if (/[{}]|\p{Cc}/u.test(prefix)) {
    throw new RangeError(
      `${wanted} without braces and control characters, not ${JSON.stringify(prefix)}`,
    );
  }
}

/** Each value is a whole number of milliseconds that a ttl or a command could have. */
function checkWholeMs(values: Readonly<Record<string, unknown>>, max: number): void {
  for (const [parameter, value] of Object.entries(values)) {
    const wanted = `${parameter} must be a whole number of milliseconds from ${TTL_MS_MIN} to ${max}`;
    if (typeof value !== "number") throw new TypeError(`${wanted}, not ${typeof value}`);
    if (!Number.isInteger(value) || value < TTL_MS_MIN || value > max) {
      throw new RangeError(`${wanted}, not ${value}`);
    }
  }
}
