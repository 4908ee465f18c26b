import type { RedisServer } from "./redis-server.ts";
import type { ServerClock } from "./server-clock.ts";

/**
 * A user of the server's access control list; `rules` is what ACL SETUSER takes, password excluded.
 */
export interface RedisUser {
  readonly name: string;
  readonly password: string;
  /** For example `~holdfast:* +@all`. Defaults to everything. */
  readonly rules?: string;
}

export interface RedisOptions {
  /**
   * `none` writes nothing; the others are an append-only file with that fsync policy. Defaults to
   * `none`.
   */
  readonly persistence?: "none" | "always" | "everysec";
  /** Starts as replica of this server, from the same source; ready once its link is up. */
  readonly replicaOf?: RedisServer;
  /** Password of the user `default`. */
  readonly password?: string;
  readonly users?: readonly RedisUser[];
  /**
   * Serves TLS only, with a fresh certificate that is its own authority, for localhost and
   * 127.0.0.1.
   */
  readonly tls?: boolean;
  /** Listens on a Unix socket as well. Local servers only. */
  readonly unixSocket?: boolean;
  /** How many numbered databases. Defaults to 16. */
  readonly databases?: number;
  /** As Redis writes it, for example `2mb`. */
  readonly maxmemory?: string;
  /** For example `allkeys-lru`. */
  readonly maxmemoryPolicy?: string;
  /** The wall clock that the server sees, by which keys expire. Local servers only. */
  readonly clock?: ServerClock;
  /** Put last on the command line, for example `["--timeout", "1"]`. */
  readonly args?: readonly string[];
}
