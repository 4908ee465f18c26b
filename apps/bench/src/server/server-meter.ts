import { scriptCommandsDuring } from "./script-commands.ts";
import { commandsBetween, type ServerCount, sumOf } from "./server-count.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

/** What a piece of work cost all servers together. */
export interface ServerCost {
  /** Commands that clients sent. What their scripts called is no round trip and does not count. */
  readonly commands: number;
  readonly cpuUs: number;
}

/** Reads the servers' own counters around pieces of one strategy's work. */
export class ServerMeter {
  readonly #servers: readonly ServerUnderTest[];
  #scriptCommands: ReadonlySet<string> = new Set();

  private constructor(servers: readonly ServerUnderTest[]) {
    this.#servers = servers;
  }

  /** Undefined where there is no server, or one whose counters cannot be read. */
  static over(servers: readonly ServerUnderTest[]): ServerMeter | undefined {
    const readable = servers.length > 0 && servers.every(({ countable }) => countable);
    return readable ? new ServerMeter(servers) : undefined;
  }

  /** Does `work` and learns from it which of the strategy's commands run inside scripts. */
  async learn(work: () => Promise<unknown>): Promise<void> {
    const redisServers = this.#servers.filter(({ backend }) => backend === "redis");
    this.#scriptCommands = await scriptCommandsDuring(
      redisServers.map(({ url }) => url),
      work,
    );
  }

  /** Does `work` and says what it cost. */
  async measure<Value>(
    work: () => Promise<Value>,
  ): Promise<{ readonly value: Value; readonly cost: ServerCost }> {
    const before = await this.#count();
    const value = await work();
    const after = await this.#count();
    const commands = commandsBetween(before, after, this.#scriptCommands);
    return { value, cost: { commands, cpuUs: after.cpuUs - before.cpuUs } };
  }

  async #count(): Promise<ServerCount> {
    return sumOf(await Promise.all(this.#servers.map((server) => server.count())));
  }
}
