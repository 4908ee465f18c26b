import type { GivenKind } from "./given-kind.ts";

const CONNECT_MS_MAX = 5_000;

/** A Postgres of the user. What locks on it are advisory locks, which end with their sessions. */
export const givenPostgres: GivenKind = {
  backend: "postgres",
  program: "postgres",
  async versionOf(url) {
    const { default: pg } = await import("pg");
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS_MAX,
    });
    try {
      await client.connect();
      const { rows } = await client.query("SHOW server_version");
      return String(rows[0]?.server_version).split(" ")[0] ?? "unknown";
    } finally {
      await client.end().catch(() => {});
    }
  },
  removeKeys: async () => 0,
};
