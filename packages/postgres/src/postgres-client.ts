import { LockError } from "@holdfast/core";

/** What a statement came back with, as far as this package reads it. */
export interface PostgresResult {
  readonly rows: readonly (readonly unknown[])[];
}

/** A statement that every session prepares once. Its values and its rows are text. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** Any other, as `pg` takes it; its rows are read by their types. */
export interface PlainStatement {
  readonly name?: undefined;
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly rowMode: "array";
}

export type PostgresStatement = PreparedStatement | PlainStatement;

/** What the server says unasked. */
export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

type ResultCallback = (error: unknown, result: PostgresResult | PostgresResult[]) => void;

/** The messages that a prepared statement takes, as the driver's connection writes them. */
export interface PostgresWire {
  readonly stream: { cork?(): void; uncork?(): void };
  /** Texts by name. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  parse(statement: { readonly name: string; readonly text: string }): void;
  bind(values: {
    readonly statement: string;
    readonly values: readonly string[];
    readonly valueMapper: (value: string) => string;
  }): void;
  execute(portal: { readonly portal: string }): void;
  sync(): void;
}

/** What the driver runs besides its own queries, as those of `pg-cursor`. */
export interface Submittable {
  submit(wire: PostgresWire): null;
}

/** The few members of a `Client` of `pg` that this package calls. Structural: no driver's types. */
export interface PostgresClient {
  readonly processID: number | null;
  connect(): Promise<unknown>;
  query(statement: PlainStatement, callback: ResultCallback): void;
  query(statement: Submittable): void;
  end(): Promise<unknown>;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "notification", listener: (notification: PostgresNotification) => void): unknown;
  /** Where the socket is; there is no other way to end a connection that does not answer. */
  readonly connection: { readonly stream: { destroy(): unknown } };
}

/** Where the database is, as the `Client` of `pg` takes it. */
export interface PostgresConnection {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** A function is asked at every connect, for passwords that change. */
  readonly password?: string | (() => string | Promise<string>);
  readonly database?: string;
  /** True, or what `tls.connect` takes. */
  readonly ssl?: boolean | object;
}

interface PostgresModule {
  readonly Client: new (options: object) => PostgresClient;
}

/** A client that is not connected yet. Rejects CONFIG_INVALID where `pg` is not installed. */
export async function createClient(options: object): Promise<PostgresClient> {
  const { Client } = await importDriver();
  return new Client(options);
}

async function importDriver(): Promise<PostgresModule> {
  try {
    const driver: { readonly default?: unknown } = await import("pg");
    return (driver.default ?? driver) as PostgresModule;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new LockError("CONFIG_INVALID", "postgres: the driver pg is not installed");
  }
}
