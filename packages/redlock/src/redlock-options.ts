import type { QuorumOptions } from "@holdfast/core";
import type { RedisClient, RedisClientOptions, RedisUrlOptions } from "@holdfast/redis";

/** What every form of `redlock()` takes, beside `fencing`. All times are whole milliseconds. */
export interface RedlockCommonOptions
  extends Pick<RedisClientOptions, "prefix" | "commandTimeoutMs" | "clock" | "random">,
    Pick<
      QuorumOptions,
      "ttlMsMax" | "restartGuardMs" | "memberTimeoutMs" | "proposalSlackMs" | "validityMsMin"
    > {
  /** False excludes without fencing tokens. The capability and the types say so. Default true. */
  readonly fencing?: boolean;
}

/** The user brings a client for each server, connects it and closes it. */
export interface RedlockClientsOptions extends RedlockCommonOptions {
  /** Clients of ioredis 5 or 6, or of redis (node-redis) 4, 5 or 6, each connected to a server of its own. */
  readonly clients: readonly RedisClient[];
  readonly urls?: undefined;
}

/** The provider opens a client for each server on first use, and closes it on disposal. */
export interface RedlockUrlsOptions
  extends RedlockCommonOptions,
    Pick<RedisUrlOptions, "driver" | "tls"> {
  /** One URL for each server, as `redis({ url })` takes it. */
  readonly urls: readonly string[];
  readonly clients?: undefined;
}

export type RedlockOptions = RedlockClientsOptions | RedlockUrlsOptions;

const REDIS_KEYS = [
  "prefix",
  "commandTimeoutMs",
  "fencing",
  "ttlMsMax",
  "clock",
  "random",
] as const;
const URL_KEYS = ["driver", "tls"] as const;
const QUORUM_KEYS = [
  "fencing",
  "ttlMsMax",
  "restartGuardMs",
  "memberTimeoutMs",
  "proposalSlackMs",
  "validityMsMin",
  "clock",
  "random",
] as const;

const KNOWN: readonly string[] = [
  ...new Set(["clients", "urls", ...REDIS_KEYS, ...URL_KEYS, ...QUORUM_KEYS]),
];

/** What each member and the quorum are made with. */
export interface RedlockPlan {
  readonly members: readonly (RedisClientOptions | RedisUrlOptions)[];
  readonly quorum: QuorumOptions;
}

/**
 * Takes the options apart. Throws a TypeError for what cannot be right whatever the members say; the
 * values themselves are checked by `redis()` and `quorum()`.
 */
export function redlockPlan(options: RedlockOptions): RedlockPlan {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("redlock() takes { clients } or { urls }");
  }
  for (const key of Object.keys(options)) {
    if (KNOWN.includes(key)) continue;
    const known = KNOWN.join(", ");
    throw new TypeError(`redlock() has no option ${JSON.stringify(key)}; known are ${known}`);
  }
  if ((options.clients === undefined) === (options.urls === undefined)) {
    throw new TypeError("redlock() takes either clients or urls, and exactly one of them");
  }
  const common = picked(options, REDIS_KEYS);
  const quorum = { name: "redlock", ...picked(options, QUORUM_KEYS) };
  if (options.clients !== undefined) {
    if ("driver" in options || "tls" in options) {
      throw new TypeError("driver and tls belong to urls; clients bring their own");
    }
    checkList(options.clients, "clients");
    return { members: options.clients.map((client) => ({ ...common, client })), quorum };
  }
  checkList(options.urls, "urls");
  const own = picked(options, URL_KEYS);
  return { members: options.urls.map((url) => ({ ...common, ...own, url })), quorum };
}

/** The options that were given, without those that were not: a default belongs to whoever takes it. */
function picked<Options extends object, Key extends keyof Options>(
  options: Options,
  keys: readonly Key[],
): Partial<Pick<Options, Key>> {
  const given = keys.filter((key) => options[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, options[key]])) as Partial<Pick<Options, Key>>;
}

function checkList(list: unknown, parameter: string): void {
  if (!Array.isArray(list) || list.length === 0) {
    throw new TypeError(`${parameter} must be an array with one for each server; three are usual`);
  }
  for (const [index, one] of list.entries()) {
    if (one === undefined) throw new TypeError(`${parameter}[${index}] is undefined`);
    const first = list.indexOf(one);
    if (first === index) continue;
    throw new TypeError(
      `${parameter}[${index}] is ${parameter}[${first}] again; every server votes once`,
    );
  }
}
