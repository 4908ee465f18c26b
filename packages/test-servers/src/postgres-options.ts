export interface PostgresOptions {
  /**
   * Settings as `postgresql.conf` names them, for example `{ max_connections: "10" }`. By default
   * `fsync` is off: what was committed survives a killed server, and not a machine that loses power.
   */
  readonly settings?: Readonly<Record<string, string>>;
}
