import { type Clock, systemClock } from "@holdfast/core";
import type { EtcdClient } from "./etcd-client.ts";

/** What every form of `etcd()` takes. */
export interface EtcdCommonOptions {
  /**
   * Put before every key, default `holdfast`: a lock's keys begin with `holdfast/name/`. 1 to 128 bytes
   * without control characters and without a slash at either end. No prefix may be another one and a slash.
   */
  readonly prefix?: string;
  /** Longest wait for an answer, in whole milliseconds from 10 to 60 000; default 2 000. */
  readonly commandTimeoutMs?: number;
  /** Longest ttl accepted, in whole milliseconds from 2 000 to 31 536 000 000; default 86 400 000, a day. */
  readonly ttlMsMax?: number;
  /** Default: the system's. The same object must go to `createLocks`. */
  readonly clock?: Clock;
}

/** The user brings a client of etcd3 and closes it. `doctor()` names unsafe options of it. */
export interface EtcdClientOptions extends EtcdCommonOptions {
  readonly client: EtcdClient;
  readonly hosts?: undefined;
}

/** The provider opens its own clients on first use, without retrying policies, and closes them on disposal. */
export interface EtcdHostsOptions extends EtcdCommonOptions {
  /**
   * `https://host:port`, `http://host:port` or `host:port` of each member, at most 16. All with or all without
   * TLS. Calls stay with one until it fails.
   */
  readonly hosts: string | readonly string[];
  readonly client?: undefined;
  readonly auth?: EtcdAuth;
  readonly tls?: EtcdTls;
}

/** A user of etcd, with a role that may read and write everything under the prefix. */
export interface EtcdAuth {
  readonly username: string;
  readonly password: string;
}

/** Certificates in PEM, for hosts with `https://`. Without `ca` the system's authorities are trusted. */
export interface EtcdTls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

export type EtcdOptions = EtcdClientOptions | EtcdHostsOptions;

/** The options that both forms share, checked and with their defaults. */
export interface EtcdSettings {
  readonly prefix: string;
  readonly commandTimeoutMs: number;
  readonly ttlMsMax: number;
  readonly clock: Clock;
}

/** etcd grants no less with its default election timeout. */
export const TTL_MS_MIN = 2_000;
const TTL_MS_MAX = 31_536_000_000;
const COMMAND_TIMEOUT_MS_MAX = 60_000;
const PREFIX_BYTES_MAX = 128;
const HOST_COUNT_MAX = 16;

const KNOWN: ReadonlySet<string> = new Set([
  ...["client", "hosts", "auth", "tls", "prefix", "commandTimeoutMs", "ttlMsMax", "clock"],
]);

/** Checks everything but `client`. Throws TypeError or RangeError; sends nothing. */
export function etcdSettings(options: EtcdOptions): EtcdSettings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("etcd() takes { client } or { hosts }");
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) throw new TypeError(`etcd() has no option ${JSON.stringify(key)}`);
  }
  if ((options.client === undefined) === (options.hosts === undefined)) {
    throw new TypeError("etcd() takes either client or hosts, and exactly one of them");
  }
  if (options.client !== undefined && ("auth" in options || "tls" in options)) {
    throw new TypeError("auth and tls belong to hosts; a client brings its own");
  }
  const { prefix = "holdfast", commandTimeoutMs = 2_000, ttlMsMax = 86_400_000 } = options;
  checkPrefix(prefix);
  checkWhole("commandTimeoutMs", commandTimeoutMs, { min: 10, max: COMMAND_TIMEOUT_MS_MAX });
  checkWhole("ttlMsMax", ttlMsMax, { min: TTL_MS_MIN, max: TTL_MS_MAX });
  return { prefix, commandTimeoutMs, ttlMsMax, clock: options.clock ?? systemClock };
}

/** The hosts as URLs. Throws TypeError for one that is none, RangeError for too many. */
export function hostUrls({ hosts, tls }: EtcdHostsOptions): readonly string[] {
  const list = typeof hosts === "string" ? [hosts] : hosts;
  if (!Array.isArray(list)) throw new TypeError("hosts must be a string or a list of them");
  if (list.length < 1 || list.length > HOST_COUNT_MAX) {
    throw new RangeError(`hosts must be 1 to ${HOST_COUNT_MAX}, not ${list.length}`);
  }
  const urls = list.map((host) => hostUrl(host, tls !== undefined));
  const secureCount = urls.filter((url) => url.startsWith("https:")).length;
  if (secureCount !== 0 && secureCount !== urls.length) {
    throw new TypeError("hosts must be all with https:// or all without");
  }
  if (tls !== undefined && secureCount === 0) throw new TypeError("tls needs hosts with https://");
  if (new Set(urls).size !== urls.length) throw new TypeError("hosts must differ");
  return urls;
}

/** What would be ignored, as a path or credentials, is refused; a password must not be quoted. */
function hostUrl(host: unknown, isSecure: boolean): string {
  const scheme = isSecure ? "https://" : "http://";
  const text = typeof host === "string" && !host.includes("://") ? `${scheme}${host}` : host;
  if (typeof text !== "string" || !/^https?:\/\/(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i.test(text)) {
    throw new TypeError("a host is https://name:port, http://name:port or name:port, no more");
  }
  return text;
}

function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== "string") throw new TypeError("prefix must be a string");
  const bytes = Buffer.byteLength(prefix);
  if (bytes < 1 || bytes > PREFIX_BYTES_MAX) {
    throw new RangeError(`prefix must have 1 to ${PREFIX_BYTES_MAX} bytes, not ${bytes}`);
  }
  if (/^\/|\/$|\/\/|[\p{Cc}\p{Cs}]/u.test(prefix)) {
    throw new TypeError(
      "prefix must be text without control characters, empty parts and slashes at its ends",
    );
  }
}

function checkWhole(
  name: string,
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
  }
}
