import type { RedisServer, RespClient } from "@holdfast/test-servers";
import type { CorePinning } from "./core-pinning.ts";
import { type ServerCount, serverCountFrom } from "./server-count.ts";

/** What can be done to a server while it is in use. */
export type ServerFault = "killed" | "hung";

/** One Redis server of a run: fresh, without persistence, on the core under measurement. */
export class RedisUnderTest {
  readonly url: string;
  readonly #server: RedisServer;
  readonly #pinning: CorePinning;
  #observer: RespClient;
  #pinned: boolean;
  #fault: ServerFault | undefined;

  private constructor(server: RedisServer, pinning: CorePinning, observer: RespClient) {
    this.url = server.url;
    this.#server = server;
    this.#pinning = pinning;
    this.#observer = observer;
    this.#pinned = this.#pin();
  }

  /** Takes a server that runs; it is to be ended through here. */
  static async over(server: RedisServer, pinning: CorePinning): Promise<RedisUnderTest> {
    return new RedisUnderTest(server, pinning, await server.connect());
  }

  /** Whether the server shares the clients' core. A container's process is not ours to pin. */
  get pinned(): boolean {
    return this.#pinned;
  }

  version(): Promise<string> {
    return this.#server.version();
  }

  /**
   * What the server has done so far. Asking costs it one INFO, which is not counted. The commands are
   * read last: whatever clients had written before the first question has been counted by then.
   */
  async count(): Promise<ServerCount> {
    const cpu = await this.#observer.command("INFO", "cpu");
    const stats = await this.#observer.command("INFO", "commandstats");
    return serverCountFrom(`${String(stats)}\n${String(cpu)}`);
  }

  /** Ends the process without a word, or stops it with its connections open. */
  async fail(fault: ServerFault): Promise<void> {
    this.#fault = fault;
    await (fault === "killed" ? this.#server.kill() : this.#server.pause());
  }

  /** Undoes `fail` and resolves when the server answers. One that was killed comes back empty. */
  async heal(): Promise<void> {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault === "hung") await this.#server.resume();
    if (fault === "killed") {
      await this.#server.restart({ keepData: false });
      this.#pinned = this.#pin();
      await this.#observer[Symbol.asyncDispose]();
      this.#observer = await this.#server.connect();
    }
    await this.#observer.command("PING");
  }

  async stop(): Promise<void> {
    await this.#observer[Symbol.asyncDispose]();
    await this.#server.stop();
  }

  #pin(): boolean {
    return this.#server.source === "local" && this.#pinning.pin(this.#server.pid);
  }
}
