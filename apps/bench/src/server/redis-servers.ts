import { startRedisMany } from "@holdfast/test-servers";
import type { Strategy } from "../strategy.ts";
import type { CorePinning } from "./core-pinning.ts";
import { RedisUnderTest } from "./redis-under-test.ts";

/** How many servers a strategy locks on. */
export function serverCountOf({ backend, servers = 1 }: Strategy): number {
  return backend === "redis" ? servers : 0;
}

/** The Redis servers of a run. Strategies share them: one of `n` servers uses the first `n`. */
export class RedisServers {
  readonly version: string;
  readonly #servers: readonly RedisUnderTest[];

  private constructor(servers: readonly RedisUnderTest[], version: string) {
    this.#servers = servers;
    this.version = version;
  }

  /** Starts `serverCount` servers, at least 1, all of them or none. */
  static async start(serverCount: number, pinning: CorePinning): Promise<RedisServers> {
    const started = await startRedisMany(serverCount);
    try {
      const servers = await Promise.all(
        started.map((server) => RedisUnderTest.over(server, pinning)),
      );
      return new RedisServers(servers, (await servers[0]?.version()) ?? "unknown");
    } catch (error) {
      await Promise.all(started.map((server) => server.stop()));
      throw error;
    }
  }

  /** Whether all servers share the clients' core. */
  get pinned(): boolean {
    return this.#servers.every(({ pinned }) => pinned);
  }

  /** Those that this strategy uses; none for a strategy inside one process. */
  serversOf(strategy: Strategy): readonly RedisUnderTest[] {
    return this.#servers.slice(0, serverCountOf(strategy));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}
