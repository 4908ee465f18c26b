import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { Direction } from "./direction.ts";
import { type DirectionState, FaultPipe, type Mark } from "./fault-pipe.ts";
import { freePort } from "./free-port.ts";
import type { ServerAddress } from "./launch-plan.ts";
import { resetSocket } from "./reset-socket.ts";
import { until } from "./until.ts";

/** Counts of bytes that passed, that are held or delayed, and that were lost. */
export interface Traffic {
  readonly deliveredBytes: number;
  readonly waitingBytes: number;
  readonly lostBytes: number;
}

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly pipes: readonly FaultPipe[];
}

const HOST = "127.0.0.1";
const NO_FAULTS = {
  delayMs: 0,
  isDropping: false,
  isHolding: false,
  dropMark: undefined,
  holdMark: undefined,
} as const;
const NO_TRAFFIC = { deliveredBytes: 0, waitingBytes: 0, lostBytes: 0 } as const;
const BOTH: readonly Direction[] = ["to-server", "to-client"];
const PORT_TRY_COUNT_MAX = 5;
const LISTEN_AGAIN_TIMEOUT_MS = 5_000;

/**
 * A TCP proxy between a server and its clients that does on command what networks do by themselves.
 *
 * Faults hold for existing and new connections alike, combine, and last until `heal`. It cannot
 * lose the first packet of a connection: under a black hole a connection is still accepted, and
 * then hears nothing.
 */
export class FaultProxy implements AsyncDisposable {
  #target: ServerAddress;
  readonly #states: Readonly<Record<Direction, DirectionState>> = {
    "to-server": { ...NO_FAULTS, ...NO_TRAFFIC },
    "to-client": { ...NO_FAULTS, ...NO_TRAFFIC },
  };
  readonly #connections: Set<Connection> = new Set();
  readonly #port: number;
  #server: Server | undefined;

  private constructor(target: ServerAddress, port: number) {
    this.#target = target;
    this.#port = port;
  }

  /** Starts a proxy on a random loopback port. */
  static async start(target: ServerAddress): Promise<FaultProxy> {
    for (let tryCount = 1; ; tryCount += 1) {
      const proxy = new FaultProxy(target, await freePort());
      if (await proxy.#listen()) return proxy;
      if (tryCount === PORT_TRY_COUNT_MAX)
        throw new Error(`No port for a proxy in ${tryCount} tries`);
    }
  }

  get host(): string {
    return HOST;
  }

  get port(): number {
    return this.#port;
  }

  /** How many clients are connected; one that has ended its side is not. */
  get connections(): number {
    return [...this.#connections].filter(({ client }) => {
      return !client.destroyed && !client.readableEnded;
    }).length;
  }

  /** What became of the bytes of that direction so far. */
  traffic(direction: Direction): Traffic {
    const { deliveredBytes, waitingBytes, lostBytes } = this.#states[direction];
    return { deliveredBytes, waitingBytes, lostBytes };
  }

  /** Delivers bytes that arrive from now on `delayMs` later, in order. */
  delay(direction: Direction, delayMs: number): void {
    if (!Number.isFinite(delayMs) || delayMs < 0) {
      throw new RangeError(`delayMs is ${delayMs}, wanted 0 or more`);
    }
    this.#change(direction, (faults) => {
      faults.delayMs = delayMs;
    });
  }

  /**
   * Loses bytes that arrive from now on, ends and resets of connections too; the sender notices
   * nothing. With `from` each connection does so from the packet on that contains that text.
   */
  drop(direction: Direction, from?: string): void {
    this.#change(direction, (faults) => {
      if (from === undefined) faults.isDropping = true;
      else faults.dropMark = markOf(from);
    });
  }

  /** Loses everything in both directions; connections stay open, and new ones are accepted. */
  blackHole(): void {
    for (const direction of BOTH) this.drop(direction);
  }

  /**
   * Keeps everything that arrives from now on, until `deliver`, even when the sender gives up
   * meanwhile. With `from` each connection does so from the packet on that contains that text.
   */
  hold(direction: Direction, from?: string): void {
    this.#change(direction, (faults) => {
      if (from === undefined) faults.isHolding = true;
      else faults.holdMark = markOf(from);
    });
  }

  /** Delivers what was held, late and in order, and holds no more. */
  deliver(direction: Direction): void {
    this.#change(direction, (faults) => {
      faults.isHolding = false;
      faults.holdMark = undefined;
    });
  }

  /** Resets every existing connection, on both sides. New ones are not touched. */
  reset(): void {
    for (const connection of [...this.#connections]) this.#resetOne(connection);
  }

  /**
   * Refuses new connections, as a host does on which nothing listens; existing ones are not
   * touched.
   */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Connects new clients to another server from now on; existing connections are not touched. */
  redirect({ host, port }: ServerAddress): void {
    this.#target = { host, port };
  }

  /**
   * Takes all faults back: held bytes are delivered, delayed ones at their time, new connections
   * are accepted.
   *
   * A connection that lost something is reset, as it is by a peer that no longer knows it.
   */
  async heal(): Promise<void> {
    for (const connection of [...this.#connections]) {
      if (connection.pipes.some(({ hasGap }) => hasGap)) this.#resetOne(connection);
    }
    for (const direction of BOTH) {
      this.#change(direction, (faults) => {
        Object.assign(faults, NO_FAULTS);
      });
    }
    if (this.#server === undefined) {
      await until("the proxy listens again", () => this.#listen(), LISTEN_AGAIN_TIMEOUT_MS);
    }
  }

  /** Resets all connections and stops listening, for good. */
  async close(): Promise<void> {
    const server = this.#server;
    this.refuse();
    this.reset();
    if (server !== undefined) await once(server, "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #change(direction: Direction, change: (faults: DirectionState) => void): void {
    change(this.#states[direction]);
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.flush();
  }

  async #listen(): Promise<boolean> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.#connect(client);
    });
    server.listen({ port: this.#port, host: HOST, exclusive: true });
    try {
      await once(server, "listening");
    } catch {
      return false;
    }
    this.#server = server;
    return true;
  }

  #connect(client: Socket): void {
    const upstream = createConnection({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const connection: Connection = {
      client,
      upstream,
      pipes: [
        new FaultPipe(client, upstream, this.#states["to-server"]),
        new FaultPipe(upstream, client, this.#states["to-client"]),
      ],
    };
    this.#connections.add(connection);
    const forget = (): void => {
      if (!client.destroyed || !upstream.destroyed) return;
      for (const pipe of connection.pipes) pipe.close();
      this.#connections.delete(connection);
    };
    client.once("close", forget);
    upstream.once("close", forget);
  }

  #resetOne({ client, upstream, pipes }: Connection): void {
    for (const pipe of pipes) pipe.close();
    for (const socket of [client, upstream]) resetSocket(socket);
  }
}

function markOf(text: string): Mark {
  return { bytes: Buffer.from(text) };
}
