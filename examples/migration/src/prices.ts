import type { Pool } from "pg";

/** A table whose rows remember the largest fencing token that wrote them. */
export class Prices {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The migration: true when this call made the table, false when it was there. */
  async create(): Promise<boolean> {
    const { rows } = await this.#pool.query("SELECT to_regclass('prices') AS name");
    if (rows[0]?.name !== null) return false;
    await this.#pool.query("CREATE TABLE prices (id text PRIMARY KEY, author text, fence bigint)");
    await this.#pool.query("INSERT INTO prices VALUES ('tea', 'nobody', 0)");
    return true;
  }

  /** One statement compares and writes, so that nothing can come in between. */
  async write(author: string, fencingToken: bigint): Promise<"accepted" | "refused"> {
    const { rowCount } = await this.#pool.query(
      "UPDATE prices SET author = $1, fence = $2 WHERE id = 'tea' AND fence <= $2",
      [author, fencingToken],
    );
    return rowCount === 1 ? "accepted" : "refused";
  }

  async author(): Promise<string> {
    const { rows } = await this.#pool.query("SELECT author FROM prices WHERE id = 'tea'");
    return String(rows[0]?.author);
  }
}
