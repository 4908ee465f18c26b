import type { SimulatedRedis } from "../../src/redis/simulated-redis.ts";
import type { Wire, WireConnection, WireHandlers } from "../../src/redis/wire.ts";

/** A network without delay in front of one simulated server, with the faults of a test. */
export class DirectWire implements Wire {
  /** Commands are executed and never answered. */
  isLosingReplies = false;
  lostCount = 0;
  isRefusing = false;
  /** Connections are neither made nor refused. */
  isSilent = false;
  readonly #server: SimulatedRedis;
  readonly #open = new Set<DirectConnection>();

  constructor(server: SimulatedRedis) {
    this.#server = server;
  }

  connect(handlers: WireHandlers): WireConnection {
    const connection = new DirectConnection(this, handlers);
    this.#open.add(connection);
    queueMicrotask(() => {
      if (this.isSilent) return;
      if (this.isRefusing) this.#end(connection, new Error("connect ECONNREFUSED"));
      else connection.told(() => handlers.up());
    });
    return connection;
  }

  /** Resets every connection. */
  cut(): void {
    for (const connection of this.#open) this.#end(connection, new Error("read ECONNRESET"));
  }

  /** Ends the faults, and the connections where replies were lost. */
  heal(): void {
    if (this.isLosingReplies) this.cut();
    this.isLosingReplies = false;
    this.isRefusing = false;
    this.isSilent = false;
  }

  execute(command: readonly string[], done: (reply: unknown) => void): void {
    const reply = this.#server.execute(command, done);
    if (this.isLosingReplies) this.lostCount += 1;
    else done(reply);
  }

  #end(connection: DirectConnection, error: Error): void {
    this.#open.delete(connection);
    connection.told((handlers) => handlers.down(error));
    connection.close();
  }
}

class DirectConnection implements WireConnection {
  readonly #wire: DirectWire;
  readonly #handlers: WireHandlers;
  #isClosed = false;

  constructor(wire: DirectWire, handlers: WireHandlers) {
    this.#wire = wire;
    this.#handlers = handlers;
  }

  send(command: readonly string[]): void {
    queueMicrotask(() => {
      this.#wire.execute(command, (reply) => this.told((handlers) => handlers.reply(reply)));
    });
  }

  told(tell: (handlers: WireHandlers) => void): void {
    if (!this.#isClosed) tell(this.#handlers);
  }

  close(): void {
    this.#isClosed = true;
  }
}
