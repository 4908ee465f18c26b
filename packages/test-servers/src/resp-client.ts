import { createConnection, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { RespParser, type RespReply } from "./resp-parser.ts";

/** How to reach a server: a Unix socket when `socketPath` is given, otherwise host and port. */
export interface RespClientOptions {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string | undefined;
  /** Certificate authority of a TLS server, PEM. */
  readonly ca?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Longest wait for the connection and for each reply. Defaults to 10 000. */
  readonly timeoutMs?: number;
}

export type RespArgument = string | number | bigint;

interface Waiting {
  readonly resolve: (reply: RespReply) => void;
  readonly reject: (cause: Error) => void;
}

const TIMEOUT_MS_DEFAULT = 10_000;
const WAITING_COUNT_MAX = 10_000;

/**
 * A raw connection to a Redis server, so that tests see the server and not the habits of a driver.
 *
 * It does not reconnect, retry or subscribe. After any fault of the connection every pending and
 * later command rejects.
 */
export class RespClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #parser: RespParser = new RespParser();
  readonly #waiting: Waiting[] = [];
  #closedBy: Error | undefined;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.once("error", (cause) => this.#fail(cause));
    socket.once("close", () => this.#fail(new Error("The connection was closed")));
  }

  /** Connects and, where credentials are given, authenticates. */
  static async connect(options: RespClientOptions): Promise<RespClient> {
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS_DEFAULT;
    const client = new RespClient(await openSocket(options, timeoutMs), timeoutMs);
    if (options.password !== undefined) {
      await client
        .command("AUTH", options.username ?? "default", options.password)
        .catch((cause: unknown) => {
          client.close();
          throw cause;
        });
    }
    return client;
  }

  /**
   * Sends one command. An error reply rejects with its text; so does a reply later than
   * `timeoutMs`.
   */
  command(...command: readonly RespArgument[]): Promise<RespReply> {
    if (this.#closedBy) return Promise.reject(this.#closedBy);
    if (this.#waiting.length >= WAITING_COUNT_MAX) {
      return Promise.reject(new RangeError(`${WAITING_COUNT_MAX} commands wait for a reply`));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // The order of replies is lost once one is given up, so the connection is of no more use.
        this.#fail(new Error(`No reply to ${command[0]} within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
      this.#waiting.push({
        resolve: (reply) => {
          clearTimeout(timer);
          if (reply instanceof Error) reject(reply);
          else resolve(reply);
        },
        reject: (cause) => {
          clearTimeout(timer);
          reject(cause);
        },
      });
      this.#socket.write(encode(command));
    });
  }

  close(): void {
    this.#fail(new Error("The client was closed"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #receive(bytes: Buffer): void {
    try {
      for (const reply of this.#parser.push(bytes)) this.#waiting.shift()?.resolve(reply);
    } catch (cause) {
      this.#fail(cause as Error);
    }
  }

  #fail(cause: Error): void {
    if (this.#closedBy) return;
    this.#closedBy = cause;
    this.#socket.on("error", () => undefined); // The first fault is the one that is told.
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(cause);
  }
}

function encode(command: readonly RespArgument[]): string {
  const parts = command.map((argument) => {
    const text = String(argument);
    return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  });
  return `*${parts.length}\r\n${parts.join("")}`;
}

function openSocket(options: RespClientOptions, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(options);
    const timer = setTimeout(() => {
      socket.destroy(new Error(`No connection within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once("error", (cause) => {
      clearTimeout(timer);
      reject(cause);
    });
    socket.once(options.ca === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

function createSocket(options: RespClientOptions): Socket {
  const { socketPath, host = "127.0.0.1", port = 6379, ca } = options;
  if (socketPath !== undefined) return createConnection(socketPath);
  if (ca !== undefined) return connectTls({ host, port, ca, servername: "localhost" });
  return createConnection({ host, port });
}
