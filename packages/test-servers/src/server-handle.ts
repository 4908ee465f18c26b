import type { ServerAddress } from "./launch-plan.ts";
import type { LaunchedServer, RestartOptions } from "./launched-server.ts";
import type { ServerSource } from "./server-source.ts";

/** What servers of every kind have. One ends with `stop`, with `await using`, or with this process. */
export class ServerHandle implements LaunchedServer, AsyncDisposable {
  readonly #launched: LaunchedServer;

  constructor(launched: LaunchedServer) {
    this.#launched = launched;
  }

  get host(): string {
    return this.address.host;
  }

  get port(): number {
    return this.address.port;
  }

  get source(): ServerSource {
    return this.#launched.source;
  }

  get address(): ServerAddress {
    return this.#launched.address;
  }

  get peerAddress(): ServerAddress {
    return this.#launched.peerAddress;
  }

  get dataDir(): string | undefined {
    return this.#launched.dataDir;
  }

  get pid(): number | undefined {
    return this.#launched.pid;
  }

  kill(): Promise<void> {
    return this.#launched.kill();
  }

  pause(): Promise<void> {
    return this.#launched.pause();
  }

  resume(): Promise<void> {
    return this.#launched.resume();
  }

  restart(options: RestartOptions): Promise<void> {
    return this.#launched.restart(options);
  }

  stop(): Promise<void> {
    return this.#launched.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
