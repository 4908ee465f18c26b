import type { LaunchedServer } from "./launched-server.ts";
import { type RespArgument, RespClient, type RespClientOptions } from "./resp-client.ts";
import type { RespReply } from "./resp-parser.ts";
import { ServerHandle } from "./server-handle.ts";

interface RedisServerState {
  readonly launched: LaunchedServer;
  readonly password: string | undefined;
  readonly ca: string | undefined;
  readonly socketPath: string | undefined;
}

/** One Redis server of a test. */
export class RedisServer extends ServerHandle {
  /** Password of the user `default`. */
  readonly password: string | undefined;
  /** The certificate authority to trust, PEM; undefined without TLS. */
  readonly ca: string | undefined;
  /** Path of the Unix socket, where one was asked for. */
  readonly socketPath: string | undefined;

  constructor(state: RedisServerState) {
    super(state.launched);
    this.password = state.password;
    this.ca = state.ca;
    this.socketPath = state.socketPath;
  }

  /** What both drivers take: `redis://` or `rediss://`, with the password where there is one. */
  get url(): string {
    const scheme = this.ca === undefined ? "redis" : "rediss";
    const login = this.password === undefined ? "" : `:${encodeURIComponent(this.password)}@`;
    return `${scheme}://${login}${this.host}:${this.port}`;
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
}
