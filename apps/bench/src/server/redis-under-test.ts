import { type RedisServer, type RespClient, startRedisMany } from "@holdfast/test-servers";
import type { CorePinning } from "./core-pinning.ts";
import { type ServerCount, serverCountFrom } from "./server-count.ts";
import type { ServerFault, ServerUnderTest } from "./server-under-test.ts";
import { StartedServer } from "./started-server.ts";

/** Starts `serverCount` servers, at least 1, all of them or none. */
export async function startRedisUnderTest(
  serverCount: number,
  pinning: CorePinning,
): Promise<readonly ServerUnderTest[]> {
  const started = await startRedisMany(serverCount);
  try {
    return await Promise.all(started.map((server) => RedisUnderTest.over(server, pinning)));
  } catch (error) {
    await Promise.all(started.map((server) => server.stop()));
    throw error;
  }
}

/** One Redis server of a run, without persistence. */
class RedisUnderTest implements ServerUnderTest {
  readonly backend = "redis";
  readonly url: string;
  /** By its own words. */
  readonly countable = true;
  readonly #server: RedisServer;
  readonly #started: StartedServer;
  #observer: RespClient;

  private constructor(server: RedisServer, pinning: CorePinning, observer: RespClient) {
    this.url = server.url;
    this.#server = server;
    this.#started = new StartedServer(server, pinning);
    this.#observer = observer;
  }

  /** Takes a server that runs; it is to be ended through here. */
  static async over(server: RedisServer, pinning: CorePinning): Promise<RedisUnderTest> {
    return new RedisUnderTest(server, pinning, await server.connect());
  }

  get pinned(): boolean {
    return this.#started.pinned;
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

  fail(fault: ServerFault): Promise<void> {
    return this.#started.fail(fault);
  }

  async heal(): Promise<void> {
    const fault = await this.#started.heal();
    if (fault === "killed") {
      await this.#observer[Symbol.asyncDispose]();
      this.#observer = await this.#server.connect();
    }
    await this.#observer.command("PING");
  }

  async stop(): Promise<void> {
    await this.#observer[Symbol.asyncDispose]();
    await this.#server.stop();
  }
}
