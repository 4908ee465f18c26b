import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a writer finds in the store, and what it sends back: a value with and one without fencing. */
export interface StoreValues {
  readonly plain: number;
  readonly fenced: number;
}

/** A write of both values. The token is a decimal number; without one, nothing is fenced. */
export interface StoreWrite extends StoreValues {
  readonly token?: string;
}

/** Which of the two was taken. */
export interface StoreVerdict {
  readonly plain: boolean;
  readonly fenced: boolean;
}

/**
 * The resource that a lock protects: two numbers behind HTTP. One takes every write; the other
 * remembers the largest fencing token and refuses a write with a smaller one.
 */
export class FencedStore implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  #values: StoreValues = { plain: 0, fenced: 0 };
  #tokenMax: bigint | undefined;
  #onRead: (() => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(): Promise<FencedStore> {
    // A writer that is stopped for long finds its connection as it left it.
    const server = createServer({ keepAliveTimeout: 0 });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    const store = new FencedStore(server);
    server.on("request", (request, response) => {
      store.#answer(request).then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
    });
    return store;
  }

  get values(): StoreValues {
    return this.#values;
  }

  /** Resolves at the next read. A POST, as writers use it to warm up, is none. */
  nextRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRead = resolve;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<StoreValues | StoreVerdict> {
    if (request.method === "PUT") return this.#write(JSON.parse(await text(request)) as StoreWrite);
    if (request.method === "GET") {
      this.#onRead?.();
      this.#onRead = undefined;
    }
    return this.#values;
  }

  #write({ plain, fenced, token }: StoreWrite): StoreVerdict {
    const isFresh = token !== undefined && BigInt(token) >= (this.#tokenMax ?? BigInt(token));
    if (isFresh) this.#tokenMax = BigInt(token);
    this.#values = { plain, fenced: isFresh ? fenced : this.#values.fenced };
    return { plain: true, fenced: isFresh };
  }
}
