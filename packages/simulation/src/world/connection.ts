import { Channel } from "./channel.ts";
import type { Host } from "./host.ts";
import type { Link } from "./link.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a server does with one request, when its process runs. `answer` is called once or never. */
export type Service<Request, Reply> = (request: Request, answer: (reply: Reply) => void) => void;

/** What a connection tells its client, in the client's own turn. */
export interface ConnectionHandlers<Reply> {
  up(): void;
  reply(reply: Reply): void;
  down(error: Error): void;
}

/** Between whom, and over what. */
export interface ConnectionParts<Request, Reply> {
  readonly scheduler: Scheduler;
  /** The network's own stream. */
  readonly random: RandomStream;
  readonly client: Host;
  readonly server: ServerPort<Request, Reply>;
  readonly link: Link;
  readonly handlers: ConnectionHandlers<Reply>;
}

/** Where a server listens. Every connection to it is known, so that a crash ends them. */
export class ServerPort<Request, Reply> {
  readonly host: Host;
  readonly service: Service<Request, Reply>;
  readonly connections: Set<Connection<Request, Reply>> = new Set();
  isListening = true;
  /** Counts the server's processes: what was sent to one is not read by the next. */
  incarnation = 0;

  constructor(host: Host, service: Service<Request, Reply>) {
    this.host = host;
    this.service = service;
  }

  /** The server's process ended: what it had not read is lost, and whoever is connected will hear. */
  close(): void {
    this.isListening = false;
    this.incarnation += 1;
    for (const connection of [...this.connections]) connection.reset("server");
  }

  /** The server's process is there again. */
  open(): void {
    this.isListening = true;
  }
}

/** One connection, as TCP makes it: in order each way, and what is not lost arrives some time. */
export class Connection<Request, Reply> {
  readonly #parts: ConnectionParts<Request, Reply>;
  readonly #requests: Channel<Request>;
  readonly #replies: Channel<() => void>;
  #isClosed = false;
  /** Of the server that accepted. */
  #incarnation: number | undefined;

  constructor(parts: ConnectionParts<Request, Reply>) {
    this.#parts = parts;
    const { scheduler, link } = parts;
    this.#requests = new Channel({
      scheduler,
      link,
      direction: "toServer",
      deliver: (request) => this.#arrived(request),
    });
    this.#replies = new Channel({
      scheduler,
      link,
      direction: "toClient",
      deliver: (tell) => this.#tell(tell),
    });
    this.#connect(parts.client.clock.nowNs);
  }

  get client(): Host {
    return this.#parts.client;
  }

  send(request: Request): void {
    if (!this.#isClosed) this.#requests.send(request, this.#parts.client.clock.nowNs);
  }

  /** The client ends it: it hears nothing any more, and what it sent may still arrive. */
  close(): void {
    this.#isClosed = true;
    this.#parts.server.connections.delete(this);
  }

  /**
   * The connection breaks. Somewhere `between` the two, some of what is on its way still arrives; when
   * the `server` ended, nothing more is read, and its end is told over the network.
   */
  reset(where: "between" | "server"): void {
    const { random, scheduler, server, handlers } = this.#parts;
    const isServer = where === "server";
    this.#requests.cut(isServer ? 0 : random.integer(0, this.#requests.pendingCount));
    server.connections.delete(this);
    const down = (): void => {
      this.#isClosed = true;
      handlers.down(new Error("read ECONNRESET"));
    };
    if (isServer) {
      this.#replies.send(down, scheduler.nowNs);
      this.#replies.close();
    } else {
      this.#replies.cut(random.integer(0, this.#replies.pendingCount));
      this.#tell(down);
    }
  }

  /** The first packet is sent until it gets through. */
  #connect(atNs: number): void {
    const { link, scheduler } = this.#parts;
    if (link.isBlocked("toServer")) link.onceOpen(() => this.#connect(atNs));
    else scheduler.at(Math.max(atNs, scheduler.nowNs) + link.delayNs(), () => this.#accept());
  }

  /** The server's system accepts, even while its process stands still. */
  #accept(): void {
    if (this.#isClosed) return;
    const { server, handlers } = this.#parts;
    const refuse = (): void => {
      this.#isClosed = true;
      handlers.down(new Error("connect ECONNREFUSED"));
    };
    if (server.isListening) {
      this.#incarnation = server.incarnation;
      server.connections.add(this);
      this.#replies.send(() => handlers.up(), this.#parts.scheduler.nowNs);
    } else {
      this.#replies.send(refuse, this.#parts.scheduler.nowNs);
    }
  }

  #arrived(request: Request): void {
    const { server } = this.#parts;
    server.host.receive("message", () => {
      if (!server.isListening || server.incarnation !== this.#incarnation) return;
      server.service(request, (reply) => this.#answer(reply));
    });
  }

  #answer(reply: Reply): void {
    const { handlers, server } = this.#parts;
    this.#replies.send(() => handlers.reply(reply), server.host.clock.nowNs);
  }

  #tell(tell: () => void): void {
    this.#parts.client.receive("message", () => {
      if (!this.#isClosed) tell();
    });
  }
}
