import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { FencedResource } from "./fenced-resource.ts";
import type { ResourceRequest } from "./resource-message.ts";

/** Offers a {@link FencedResource} to other processes, a line of JSON for each request and reply. */
export class ResourceServer implements AsyncDisposable {
  readonly resource: FencedResource = new FencedResource();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens on a Unix socket at `path`. */
  static async start(path: string): Promise<ResourceServer> {
    const server = new ResourceServer();
    server.#server.listen(path);
    await once(server.#server, "listening");
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => {
      const request: ResourceRequest = JSON.parse(line);
      socket.write(`${JSON.stringify(this.resource.apply(request))}\n`);
    });
    // A worker that was killed resets its connection, which is what it is here for.
    for (const emitter of [socket, lines]) emitter.on("error", () => {});
  }
}
