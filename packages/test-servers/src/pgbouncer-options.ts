import type { LaunchedServer } from "./launched-server.ts";

export interface PgBouncerOptions {
  /** The Postgres server behind it. */
  readonly server: Pick<LaunchedServer, "peerAddress">;
  /** What its clients share: a session each, or sessions by the transaction. */
  readonly poolMode: "session" | "transaction";
}
