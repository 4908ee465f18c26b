import type { ServerAddress } from "./launch-plan.ts";
import type { LaunchedServer, RestartOptions } from "./launched-server.ts";
import { type RespArgument, RespClient, type RespClientOptions } from "./resp-client.ts";
import type { RespReply } from "./resp-parser.ts";
import type { ServerSource } from "./server-source.ts";

interface RedisServerState {
  readonly launched: LaunchedServer;
  readonly password: string | undefined;
  readonly ca: string | undefined;
  readonly socketPath: string | undefined;
}

/** One Redis server of a test. It ends with `stop`, with `await using`, or with this process. */
export class RedisServer implements LaunchedServer, AsyncDisposable {
  /** Password of the user `default`. */
  readonly password: string | undefined;
  /** The certificate authority to trust, PEM; undefined without TLS. */
  readonly ca: string | undefined;
  /** Path of the Unix socket, where one was asked for. */
  readonly socketPath: string | undefined;
  readonly #launched: LaunchedServer;

  constructor(state: RedisServerState) {
    this.#launched = state.launched;
    this.password = state.password;
    this.ca = state.ca;
    this.socketPath = state.socketPath;
  }

  get host(): string {
    return this.address.host;
  }

  get port(): number {
    return this.address.port;
  }

  /** What both drivers take: `redis://` or `rediss://`, with the password where there is one. */
  get url(): string {
    const scheme = this.ca === undefined ? "redis" : "rediss";
    const login = this.password === undefined ? "" : `:${encodeURIComponent(this.password)}@`;
    return `${scheme}://${login}${this.host}:${this.port}`;
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

  /**
   * Sends one command as the user `default` on a connection of its own. An error reply rejects with
   * its text.
   */
  async command(...command: readonly RespArgument[]): Promise<RespReply> {
    await using client = await this.connect();
    return await client.command(...command);
  }

  /** Opens a raw connection as the user `default`, or as the user given. */
  connect(options: Omit<RespClientOptions, "host" | "port" | "ca"> = {}): Promise<RespClient> {
    return RespClient.connect({
      ...this.address,
      ca: this.ca,
      password: this.password,
      ...options,
    });
  }

  /** The version that the server reports, for example `7.0.15`. */
  async version(): Promise<string> {
    const info = String(await this.command("INFO", "server"));
    return /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown";
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
