import { type RedisServer, type RespClient, startRedis } from "@holdfast/test-servers";
import type { CorePinning } from "./core-pinning.ts";
import { type ServerCount, serverCountFrom } from "./server-count.ts";

interface Started {
  readonly server: RedisServer;
  readonly observer: RespClient;
  readonly version: string;
  readonly pinned: boolean;
}

/** The one Redis server of a run: fresh, without persistence, on the core under measurement. */
export class RedisUnderTest {
  readonly url: string;
  readonly version: string;
  /** Whether the server shares the clients' core. A container's process is not ours to pin. */
  readonly pinned: boolean;
  readonly #server: RedisServer;
  readonly #observer: RespClient;

  private constructor({ server, observer, version, pinned }: Started) {
    this.#server = server;
    this.#observer = observer;
    this.url = server.url;
    this.version = version;
    this.pinned = pinned;
  }

  static async start(pinning: CorePinning): Promise<RedisUnderTest> {
    const server = await startRedis();
    try {
      const pinned = server.source === "local" && pinning.pin(server.pid);
      const observer = await server.connect();
      return new RedisUnderTest({ server, observer, version: await server.version(), pinned });
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** What the server has done so far. Asking costs it one INFO, which is not counted. */
  async count(): Promise<ServerCount> {
    const stats = await this.#observer.command("INFO", "commandstats");
    const cpu = await this.#observer.command("INFO", "cpu");
    return serverCountFrom(`${String(stats)}\n${String(cpu)}`);
  }

  async stop(): Promise<void> {
    await this.#observer[Symbol.asyncDispose]();
    await this.#server.stop();
  }
}
