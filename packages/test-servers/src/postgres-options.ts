import type { LaunchedServer } from "./launched-server.ts";
import type { ServerClock } from "./server-clock.ts";

export interface PostgresOptions {
  /**
   * Settings as `postgresql.conf` names them, for example `{ max_connections: "10" }`. By default
   * `fsync` is off: what was committed survives a killed server, and not a machine that loses power.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** Encrypts connections that ask for it, with a fresh certificate that `server.ca` trusts. */
  readonly tls?: boolean;
  /** Copies this server and follows it, read-only, until `promote`. */
  readonly standbyOf?: Pick<LaunchedServer, "peerAddress">;
  /** The wall clock that the server sees. Local servers only. */
  readonly clock?: ServerClock;
}
