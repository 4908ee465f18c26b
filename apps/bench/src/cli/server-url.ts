import { UsageError } from "@holdfast/command-line";
import type { ServerBackend } from "../strategy.ts";

/** A server of the user. `url` may hold a password and goes to drivers only; `shown` goes anywhere. */
export interface ServerUrl {
  readonly backend: ServerBackend;
  readonly url: string;
  /** Scheme, host and port. */
  readonly shown: string;
}

const BACKENDS: Readonly<Record<string, ServerBackend>> = {
  "redis:": "redis",
  "rediss:": "redis",
  "postgres:": "postgres",
  "postgresql:": "postgres",
  "http:": "etcd",
  "https:": "etcd",
};

const WANTED = `--url takes ${Object.keys(BACKENDS)
  .map((scheme) => `${scheme}//host:port`)
  .join(", ")}`;

/**
 * The servers of all `--url`. Throws a {@link UsageError} that never repeats what was given, as that
 * may hold a password.
 */
export function readServerUrls(wish: unknown): readonly ServerUrl[] {
  if (wish === undefined) return [];
  const servers = [wish].flat().map((one, index) => readOne(one, index + 1));
  const known = new Set<string>();
  for (const { shown } of servers) {
    if (known.has(shown)) throw new UsageError(`--url names ${shown} twice`);
    known.add(shown);
  }
  return servers;
}

function readOne(wish: unknown, place: number): ServerUrl {
  if (typeof wish !== "string" || !URL.canParse(wish)) {
    throw new UsageError(`${WANTED}; number ${place} is no URL`);
  }
  const { protocol, host, username, password } = new URL(wish);
  const backend = BACKENDS[protocol];
  if (backend === undefined || host === "") {
    throw new UsageError(`${WANTED}; number ${place} begins with ${protocol}//`);
  }
  if (backend === "etcd" && `${username}${password}` !== "") {
    throw new UsageError(`--url takes an etcd without a login; number ${place} has one`);
  }
  if (!isDecodable(username) || !isDecodable(password)) {
    throw new UsageError(
      `--url takes a name and a password with every % written %25; number ${place} has a % that begins no escape`,
    );
  }
  return { backend, url: wish, shown: `${protocol}//${host}` };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
