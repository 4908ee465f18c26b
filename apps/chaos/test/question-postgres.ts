import pg from "pg";
import type { Question } from "./question.ts";

const TIMEOUT_MS = 600;
/** Takes a lock, lasts so long that it can be cancelled, and tells the time. */
const STATEMENT = `
  SELECT pg_try_advisory_xact_lock(1, 5), pg_sleep(0.02),
    extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`;

/** A statement on a session that stays, and one on a new session. */
export class PostgresQuestion implements Question {
  readonly #at: { readonly host: string; readonly port: number };
  #standing: pg.Client | undefined;

  constructor(at: { readonly host: string; readonly port: number }) {
    this.#at = at;
  }

  async ask(): Promise<number> {
    try {
      this.#standing ??= await this.#connect();
      await this.#standing.query(STATEMENT);
    } catch (error) {
      await this.close();
      throw error;
    }
    const fresh = await this.#connect();
    try {
      const { rows } = await fresh.query(STATEMENT);
      return Number(rows[0]?.now);
    } finally {
      await ended(fresh);
    }
  }

  async close(): Promise<void> {
    const standing = this.#standing;
    this.#standing = undefined;
    if (standing !== undefined) await ended(standing);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...this.#at,
      user: "postgres",
      database: "postgres",
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await ended(client);
      throw error;
    }
  }
}

/** A server that is silent does not answer a farewell either. */
async function ended(client: pg.Client): Promise<void> {
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } })
    .connection;
  void client.end().catch(() => {});
  stream.destroy();
}
