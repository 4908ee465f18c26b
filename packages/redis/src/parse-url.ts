/** Where a URL points. Credentials stay in here and in the driver, never in an error. */
export interface RedisTarget {
  /** Undefined for a Unix socket. */
  readonly host: string | undefined;
  readonly port: number;
  /** Path of a Unix socket. */
  readonly path: string | undefined;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

const PORT_DEFAULT = 6379;
const PORT_MAX = 65_535;
const DATABASE_MAX = 65_535;
const WANTED = "url must begin with redis://, rediss:// or redis+unix:///path";
const SCHEME = /^([a-z][a-z0-9+.-]*:)\/\//i;
/** A name, an IPv4 address or an IPv6 address in brackets; none is what `localhost` stands for. */
const HOST = /^([\w.-]*|\[[\da-f:.]+\])$/i;

/**
 * Parses the URL forms of {@link RedisUrlOptions}. Throws a TypeError or RangeError without quoting it.
 * What the platform's parser would drop or take for something else is refused: half of a password that
 * is not percent-encoded can look like a host.
 */
export function parseUrl(text: unknown): RedisTarget {
  if (typeof text !== "string") throw new TypeError(`${WANTED}, not ${typeof text}`);
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new TypeError(WANTED);
  if (!["redis:", "rediss:", "redis+unix:"].includes(scheme)) {
    throw new TypeError(`${WANTED}, not ${scheme}`);
  }
  if (/\p{Cc}/u.test(text)) throw new TypeError("url: it must be without control characters");
  if (text.includes("#")) {
    throw new TypeError("url: it takes no fragment; a # in a user name or password is written %23");
  }
  // Not the parser's own error: it quotes its input, credentials included.
  if (!URL.canParse(text)) throw new TypeError(`${WANTED}; this one cannot be parsed`);
  const url = new URL(text);
  return scheme === "redis+unix:" ? socketTarget(url) : serverTarget(url);
}

function serverTarget(url: URL): RedisTarget {
  if (url.search !== "") {
    throw new TypeError("url: a server's takes no query; a ? in a password is written %3F");
  }
  if (!HOST.test(url.hostname)) {
    throw new TypeError("url: its host must be one host name or address");
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, "") || "localhost",
    port: portOf(url.port),
    path: undefined,
    isTls: url.protocol === "rediss:",
    username: decoded(url.username, "user name"),
    password: decoded(url.password, "password"),
    database: databaseOf(url.pathname.slice(1)),
  };
}

function socketTarget(url: URL): RedisTarget {
  if (url.host !== "") {
    throw new TypeError("url: a Unix socket has no host; it is written redis+unix:///path");
  }
  const path = decoded(url.pathname, "path");
  if (path === undefined || path === "/") {
    throw new TypeError("url: a Unix socket needs its path, as in redis+unix:///path");
  }
  const query = queryOf(url.search.slice(1));
  return {
    host: undefined,
    port: 0,
    path,
    isTls: false,
    username: decoded(query.get("user") ?? "", "user name"),
    password: decoded(query.get("password") ?? "", "password"),
    database: databaseOf(query.get("db") ?? ""),
  };
}

/** The query's parts, still encoded. A plus is refused: a form means a blank by it, a password itself. */
function queryOf(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const part of text === "" ? [] : text.split("&")) {
    const [, key = "", value = ""] = /^([^=]*)=?(.*)$/.exec(part) ?? [];
    if (!["db", "user", "password"].includes(key) || query.has(key)) {
      throw new TypeError("url: a Unix socket takes ?db=, ?user= and ?password=, each once");
    }
    if (value.includes("+")) {
      throw new TypeError(`url: its ${key} must have a plus written %2B, and a blank %20`);
    }
    query.set(key, value);
  }
  return query;
}

function decoded(part: string, what: string): string | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new TypeError(`url: its ${what} is not percent-encoded properly`);
  }
}

function portOf(text: string): number {
  if (text === "") return PORT_DEFAULT;
  const port = Number(text);
  if (port < 1) throw new RangeError(`url: its port must be a whole number from 1 to ${PORT_MAX}`);
  return port;
}

function databaseOf(text: string): number {
  if (text === "") return 0;
  const database = Number(text);
  if (!/^\d+$/.test(text) || database > DATABASE_MAX) {
    throw new RangeError(`url: its database must be a whole number from 0 to ${DATABASE_MAX}`);
  }
  return database;
}
