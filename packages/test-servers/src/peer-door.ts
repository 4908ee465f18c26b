import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { ServerAddress } from "./launch-plan.ts";

/** Every raft connection begins with a request that says which member sends it. */
const DIALLER = /^x-server-from: *([\da-f]+)\r$/im;
const HEAD_END = "\r\n\r\n";
const HEAD_BYTES_MAX = 16 * 1024;
/** Those that do not say it ask for versions and the like. */
const NOBODY = "nobody";

/** The address of one etcd member for its peers: each is led on according to who it is. */
export class PeerDoor implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #leadOn: (dialler: string) => Promise<ServerAddress>;

  private constructor(leadOn: (dialler: string) => Promise<ServerAddress>) {
    this.#leadOn = leadOn;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** `leadOn` says where a connection of the member with that id goes. */
  static async open(leadOn: (dialler: string) => Promise<ServerAddress>): Promise<PeerDoor> {
    const door = new PeerDoor(leadOn);
    door.#server.listen({ port: 0, host: "127.0.0.1", exclusive: true });
    await once(door.#server, "listening");
    return door;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the door is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#keep(socket);
    let head = Buffer.alloc(0);
    const onData = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      if (!head.includes(HEAD_END) && head.length < HEAD_BYTES_MAX) return;
      socket.off("data", onData);
      socket.pause();
      const [, dialler = NOBODY] = DIALLER.exec(head.toString("latin1")) ?? [];
      void this.#join(socket, head, dialler);
    };
    socket.on("data", onData);
  }

  async #join(socket: Socket, head: Buffer, dialler: string): Promise<void> {
    const { host, port } = await this.#leadOn(dialler);
    const onward = createConnection({ host, port, noDelay: true });
    this.#keep(onward);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
    socket.once("close", () => onward.destroy());
    onward.once("close", () => socket.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
