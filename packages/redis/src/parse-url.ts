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
const DATABASE_MAX = 65_535;
const UNIX_SCHEMES: ReadonlySet<string> = new Set(["redis+unix:", "unix:"]);
const WANTED = "url must begin with redis://, rediss:// or redis+unix:///";

/** Parses the URL forms of {@link RedisUrlOptions}. Throws a TypeError or RangeError without quoting it. */
export function parseUrl(text: unknown): RedisTarget {
  if (typeof text !== "string") throw new TypeError(`${WANTED}, not ${typeof text}`);
  // Not the parser's own error: it quotes its input, credentials included.
  if (!URL.canParse(text)) throw new TypeError(`${WANTED}; this one cannot be parsed`);
  const url = new URL(text);
  if (UNIX_SCHEMES.has(url.protocol)) return socketTarget(url);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    throw new TypeError(`${WANTED}, not ${url.protocol}`);
  }
  if (url.search !== "") throw new TypeError("url takes no query except with redis+unix://");
  return {
    host: url.hostname.replace(/^\[|\]$/g, "") || "localhost",
    port: url.port === "" ? PORT_DEFAULT : Number(url.port),
    path: undefined,
    isTls: url.protocol === "rediss:",
    username: decoded(url.username, "user name"),
    password: decoded(url.password, "password"),
    database: databaseOf(url.pathname.slice(1)),
  };
}

function socketTarget(url: URL): RedisTarget {
  const known = new Set(["db", "user", "password"]);
  for (const key of url.searchParams.keys()) {
    if (!known.has(key))
      throw new TypeError("url of a Unix socket takes ?db=, ?user= and ?password=");
  }
  const path = decoded(url.pathname, "path");
  if (path === undefined || path === "/")
    throw new TypeError("url of a Unix socket needs its path");
  return {
    host: undefined,
    port: 0,
    path,
    isTls: false,
    username: url.searchParams.get("user") ?? undefined,
    password: url.searchParams.get("password") ?? undefined,
    database: databaseOf(url.searchParams.get("db") ?? ""),
  };
}

function decoded(part: string, what: string): string | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new TypeError(`url: its ${what} is not percent-encoded properly`);
  }
}

function databaseOf(text: string): number {
  if (text === "") return 0;
  const database = Number(text);
  if (!/^\d+$/.test(text) || database > DATABASE_MAX) {
    throw new RangeError(`url: its database must be a whole number from 0 to ${DATABASE_MAX}`);
  }
  return database;
}
