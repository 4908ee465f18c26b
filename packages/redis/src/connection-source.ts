import type { RedisConnection } from "./redis-client.ts";

/** Where the provider's connection comes from: a client that the user brought, or a URL. */
export interface ConnectionSource {
  /** The connection, once there is one. */
  readonly connection: RedisConnection | undefined;
  /** The connection, opened first if need be; it need not be ready. */
  open(): Promise<RedisConnection>;
  /** Too many commands in a row had no reply: a connection of our own is given up for a new one. */
  giveUp(): void;
  /** Ends what we opened, leaves what we were given. */
  close(): void;
}

/** A client that the user brought: never opened, given up or closed by us. */
export class BroughtClient implements ConnectionSource {
  readonly connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.connection = connection;
  }

  open(): Promise<RedisConnection> {
    return Promise.resolve(this.connection);
  }

  giveUp(): void {}

  close(): void {
    this.connection.detach();
  }
}
