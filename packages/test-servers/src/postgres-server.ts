import type { Client } from "pg";
import type { LaunchedServer } from "./launched-server.ts";
import { connectPostgres } from "./postgres-client.ts";
import { ServerHandle } from "./server-handle.ts";

const TIMEOUT_MS_DEFAULT = 10_000;

/** One Postgres server of a test, with the database and superuser `postgres` and no password. */
export class PostgresServer extends ServerHandle {
  /** The certificate to trust, of a server started with `tls`. */
  readonly ca: string | undefined;

  constructor(launched: LaunchedServer, ca?: string) {
    super(launched);
    this.ca = ca;
  }

  /** What drivers take: `postgres://` with user and database. */
  get url(): string {
    return `postgres://postgres@${this.host}:${this.port}/postgres`;
  }

  /** Sends one statement on a connection of its own, and resolves with its rows. */
  async query(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = await this.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Opens a connection on which each call takes at most `timeoutMs`, 10,000 by default. */
  connect(timeoutMs: number = TIMEOUT_MS_DEFAULT): Promise<Client> {
    return connectPostgres(this.address, timeoutMs);
  }

  /** Makes a primary server of a standby; resolves when it accepts writes. */
  async promote(): Promise<void> {
    await this.query("SELECT pg_promote(true, 60)");
  }

  /** The version that the server reports, for example `15.18`. */
  async version(): Promise<string> {
    const [row] = await this.query("SHOW server_version");
    return String(row?.["server_version"]).split(" ")[0] ?? "unknown";
  }
}
