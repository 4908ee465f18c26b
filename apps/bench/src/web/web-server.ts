import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Guard } from "./guard.ts";
import { ResultStore } from "./result-store.ts";
import { RunDesk } from "./run-desk.ts";
import { SessionFile } from "./session-file.ts";
import { webApp } from "./web-app.ts";
import type { WebRequest } from "./web-flags.ts";

const TOKEN_BYTES = 24;

/** The page, served. */
export class WebServer implements AsyncDisposable {
  /** What a browser has to open; the token is in it. */
  readonly url: string;
  /** Whether it took the place of one that was killed. */
  readonly isHeir: boolean;
  readonly #server: Server;
  readonly #desk: RunDesk;
  readonly #session: SessionFile;

  private constructor(
    parts: { readonly server: Server; readonly desk: RunDesk; readonly session: SessionFile },
    facts: { readonly url: string; readonly isHeir: boolean },
  ) {
    this.#server = parts.server;
    this.#desk = parts.desk;
    this.#session = parts.session;
    this.url = facts.url;
    this.isHeir = facts.isHeir;
  }

  /** Listens. Rejects with what the system says against the port, the address or the folder. */
  static async start({ port, host, token, folder, urls }: WebRequest): Promise<WebServer> {
    const store = new ResultStore(folder);
    const session = new SessionFile(folder);
    const left = session.left();
    const known = token ?? left?.token ?? randomBytes(TOKEN_BYTES).toString("base64url");
    const desk = new RunDesk(store, urls);
    const app = webApp({ guard: new Guard(known, host), desk, store });
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    const wished = port ?? left?.port ?? 0;
    const isFree = await listens(server, wished, host).catch((error: unknown) => {
      if (port !== undefined || wished === 0) throw error;
      return false;
    });
    if (!isFree) await listens(server, 0, host);
    const address = server.address() as AddressInfo;
    session.remember({ port: address.port, token: known });
    const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return new WebServer(
      { server, desk, session },
      {
        url: `http://${shown}:${address.port}/?token=${known}`,
        isHeir: left?.port === address.port,
      },
    );
  }

  /** Ends the run that goes on, with what it has, and then every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#desk.stop();
    this.#session.forget();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function listens(server: Server, port: number, host: string): Promise<true> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(true);
    });
  });
}
