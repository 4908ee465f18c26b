import { Socket } from "node:net";
import pg from "pg";
import type { Question } from "./question.ts";

const TIMEOUT_MS = 600;
/** Takes a lock, lasts so long that it can be cancelled, and tells the time. */
const STATEMENT = `
  SELECT pg_try_advisory_xact_lock(1, 5), pg_sleep(0.02),
    extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`;

/** A client that can be ended without the server. */
class QuestionClient extends pg.Client {
  readonly #socket: Socket;

  constructor(config: pg.ClientConfig) {
    const socket = new Socket();
    super({ ...config, stream: () => socket });
    this.#socket = socket;
  }

  /** A server that is silent does not answer a farewell either. */
  endAtOnce(): void {
    void this.end().catch(() => {});
    this.#socket.destroy();
  }
}

/** A statement on a session that stays, and one on a new session. */
export class PostgresQuestion implements Question {
  readonly #at: { readonly host: string; readonly port: number };
  #standing: QuestionClient | undefined;

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
      fresh.endAtOnce();
    }
  }

  async close(): Promise<void> {
    const standing = this.#standing;
    this.#standing = undefined;
    standing?.endAtOnce();
  }

  async #connect(): Promise<QuestionClient> {
    const client = new QuestionClient({
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
      client.endAtOnce();
      throw error;
    }
  }
}
