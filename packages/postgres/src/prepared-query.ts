import type {
  PostgresResult,
  PostgresWire,
  PreparedStatement,
  Submittable,
} from "./postgres-client.ts";

type Callback = (error: unknown, result?: PostgresResult) => void;

/**
 * One run of a prepared statement, in the form in which the driver lets others bring their own. It asks for
 * no description of its rows and reads them as text: the driver's own way costs half as much again.
 */
export class PreparedQuery implements Submittable {
  /** The driver notes by these two what a connection has prepared. */
  readonly name: string;
  readonly text: string;
  /** The driver wraps it where the user asks for a timeout of each query. */
  callback: Callback;
  readonly #values: readonly string[];
  readonly #rows: (readonly unknown[])[] = [];

  constructor({ name, text, values }: PreparedStatement, callback: Callback) {
    this.name = name;
    this.text = text;
    this.callback = callback;
    this.#values = values;
  }

  submit(wire: PostgresWire): null {
    const { name, text } = this;
    // One packet, and so one wake-up of the server.
    wire.stream.cork?.();
    if (wire.parsedStatements[name] === undefined) wire.parse({ name, text });
    wire.bind({ statement: name, values: this.#values, valueMapper });
    wire.execute({ portal: "" });
    wire.sync();
    wire.stream.uncork?.();
    return null;
  }

  handleDataRow({ fields }: { readonly fields: readonly unknown[] }): void {
    this.#rows.push(fields);
  }

  handleError(error: unknown): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null, { rows: this.#rows });
  }

  handleCommandComplete(): void {}
}

function valueMapper(value: string): string {
  return value;
}
