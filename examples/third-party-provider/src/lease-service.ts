import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Who holds a name, as the service keeps it and tells it. */
export interface Row {
  readonly holderId: string;
  readonly token: string;
  readonly leftMs: number;
}

interface Entry {
  readonly holderId: string;
  readonly token: bigint;
  endsAtMs: number;
}

interface Asked {
  readonly name: string;
  readonly holderId: string;
  readonly ttlMs: number;
  readonly inDoubt?: boolean;
}

/** How long a holder that was given up stays shut out: a request may be on its way for so long. */
const SHUT_OUT_MS = 60_000;

/**
 * Stands for somebody else's lock service: a table of leases behind HTTP, with its own clock. `/take`
 * answers who holds the name now, `/renew` the same for each of a list, `/release` whether it did.
 */
export class LeaseService {
  readonly #server: Server;
  readonly #rows = new Map<string, Entry>();
  readonly #shutOut = new Map<string, number>();
  #lastToken = 0n;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (answer) => response.end(JSON.stringify(answer)),
        () => response.writeHead(400).end(),
      );
    });
  }

  async listen(): Promise<{ readonly host: string; readonly port: number }> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  /** The names that are held now. */
  names(): readonly string[] {
    return [...this.#rows.keys()].filter((name) => this.#present(name) !== undefined);
  }

  /** Takes a row away, as somebody with access to the table can. */
  remove(name: string): void {
    this.#rows.delete(name);
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const asked: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString());
    if (request.url === "/take") return this.#take(asked as Asked);
    if (request.url === "/renew") return (asked as Asked[]).map((each) => this.#renew(each));
    return { released: this.#release(asked as Asked) };
  }

  #take({ name, holderId, ttlMs }: Asked): Row | undefined {
    const present = this.#present(name);
    if (present === undefined) {
      if (this.#isShutOut(holderId)) return { holderId: "", token: "0", leftMs: 0 };
      this.#lastToken += 1n;
      const endsAtMs = performance.now() + ttlMs;
      this.#rows.set(name, { holderId, token: this.#lastToken, endsAtMs });
    } else if (present.holderId === holderId) {
      present.endsAtMs = performance.now() + ttlMs;
    }
    return this.#row(name);
  }

  #renew({ name, holderId, ttlMs }: Asked): Row | undefined {
    const present = this.#present(name);
    if (present?.holderId === holderId) present.endsAtMs = performance.now() + ttlMs;
    return this.#row(name);
  }

  #release({ name, holderId, inDoubt }: Asked): boolean {
    if (inDoubt === true) this.#shutOut.set(holderId, performance.now() + SHUT_OUT_MS);
    return this.#present(name)?.holderId === holderId && this.#rows.delete(name);
  }

  #present(name: string): Entry | undefined {
    const entry = this.#rows.get(name);
    return entry !== undefined && entry.endsAtMs > performance.now() ? entry : undefined;
  }

  #row(name: string): Row | undefined {
    const entry = this.#present(name);
    if (entry === undefined) return undefined;
    const { holderId, token, endsAtMs } = entry;
    return { holderId, token: token.toString(), leftMs: endsAtMs - performance.now() };
  }

  #isShutOut(holderId: string): boolean {
    const nowMs = performance.now();
    for (const [id, untilMs] of this.#shutOut) if (untilMs <= nowMs) this.#shutOut.delete(id);
    return this.#shutOut.has(holderId);
  }
}
