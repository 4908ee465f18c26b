import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { ResourceReply, ResourceRequest } from "./resource-message.ts";

type Ask = Omit<ResourceRequest, "id">;

/** One process's connection to the resource. */
export class ResourceClient implements Disposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: ResourceReply) => void>();
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on("line", (line) => {
      const reply: ResourceReply = JSON.parse(line);
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  static async connect(path: string): Promise<ResourceClient> {
    const socket = createConnection(path);
    await once(socket, "connect");
    return new ResourceClient(socket);
  }

  ask(request: Ask): Promise<ResourceReply> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
