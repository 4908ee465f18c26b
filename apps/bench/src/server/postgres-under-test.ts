import { type PostgresServer, startPostgres } from "@holdfast/test-servers";
import { hostUs } from "../host-clock.ts";
import type { CorePinning } from "./core-pinning.ts";
import type { ServerCount } from "./server-count.ts";
import type { ServerFault, ServerUnderTest } from "./server-under-test.ts";
import { StartedServer } from "./started-server.ts";

/** Durable, as a lock service is in use, and counting statements. */
const SETTINGS = {
  fsync: "on",
  max_connections: "300",
  shared_preload_libraries: "pg_stat_statements",
};

/** The user of the strategies: what others do is not counted. */
const USER = "bench";

const PREPARE = `
  CREATE EXTENSION pg_stat_statements;
  CREATE ROLE ${USER} SUPERUSER LOGIN;
`;

/** Top-level statements; what they call inside functions is no round trip. */
const COUNT = `
  SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
  WHERE userid = (SELECT oid FROM pg_roles WHERE rolname = '${USER}')
`;

const END_HOLDERS = `
  SELECT pg_terminate_backend(pid)
  FROM (SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND granted) AS holders
`;

/** Starts one Postgres; strategies lock on no more. */
export async function startPostgresUnderTest(
  _serverCount: number,
  pinning: CorePinning,
): Promise<readonly ServerUnderTest[]> {
  const server = await startPostgres({ settings: SETTINGS });
  try {
    return [await PostgresUnderTest.over(server, pinning)];
  } catch (error) {
    await server.stop();
    throw error;
  }
}

class PostgresUnderTest implements ServerUnderTest {
  readonly backend = "postgres";
  readonly url: string;
  readonly #server: PostgresServer;
  readonly #started: StartedServer;

  private constructor(server: PostgresServer, pinning: CorePinning) {
    const url = new URL(server.url);
    url.username = USER;
    this.url = url.href;
    this.#server = server;
    this.#started = new StartedServer(server, pinning);
  }

  static async over(server: PostgresServer, pinning: CorePinning): Promise<PostgresUnderTest> {
    await server.query(PREPARE);
    return new PostgresUnderTest(server, pinning);
  }

  get pinned(): boolean {
    return this.#started.pinned;
  }

  get countable(): boolean {
    return this.#started.cpuUs !== undefined;
  }

  version(): Promise<string> {
    return this.#server.version();
  }

  async count(): Promise<ServerCount> {
    const cpuUs = this.#started.cpuUs ?? Number.NaN;
    const [row] = await this.#server.query(COUNT);
    return { calls: new Map([["statement", Number(row?.["calls"])]]), cpuUs };
  }

  fail(fault: ServerFault): Promise<void> {
    return this.#started.fail(fault);
  }

  async heal(): Promise<void> {
    const fault = await this.#started.heal();
    if (fault === "killed") await this.#server.query(PREPARE);
  }

  async endHolders(): Promise<number> {
    const client = await this.#server.connect();
    try {
      const orderedUs = hostUs();
      await client.query(END_HOLDERS);
      return orderedUs;
    } finally {
      await client.end();
    }
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
