import type { ServerBackend, Strategy, Target } from "../strategy.ts";
import type { CorePinning } from "./core-pinning.ts";
import { startEtcdUnderTest } from "./etcd-under-test.ts";
import { startPostgresUnderTest } from "./postgres-under-test.ts";
import { startRedisUnderTest } from "./redis-under-test.ts";
import type { RunServers } from "./run-servers.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

type Start = (count: number, pinning: CorePinning) => Promise<readonly ServerUnderTest[]>;

/** How the servers of each kind are started: all of them or none. */
const starts: Readonly<Record<ServerBackend, { readonly program: string; readonly start: Start }>> =
  {
    redis: { program: "redis-server", start: startRedisUnderTest },
    postgres: { program: "postgres", start: startPostgresUnderTest },
    etcd: { program: "etcd", start: startEtcdUnderTest },
  };

/** How many servers a strategy locks on. */
export function serverCountOf({ backend, servers = 1 }: Strategy): number {
  return backend === "process" ? 0 : servers;
}

/** The servers of a run. Strategies share them: one of `n` servers of a kind uses the first `n`. */
export class Servers implements RunServers {
  readonly versions: Readonly<Record<string, string>>;
  readonly #running: ReadonlyMap<ServerBackend, readonly ServerUnderTest[]>;
  readonly #missing: ReadonlyMap<ServerBackend, string>;

  private constructor(parts: Parts, versions: Readonly<Record<string, string>>) {
    this.#running = parts.running;
    this.#missing = parts.missing;
    this.versions = versions;
  }

  /**
   * Starts what the strategies need, and tells `onStart` before each kind. A kind that cannot be had
   * is no failure: {@link missing} has the reason.
   */
  static async start(
    strategies: readonly Strategy[],
    pinning: CorePinning,
    onStart: (what: string) => void,
  ): Promise<Servers> {
    const parts: Parts = { running: new Map(), missing: new Map() };
    const versions: Record<string, string> = {};
    for (const backend of Object.keys(starts) as ServerBackend[]) {
      const count = Math.max(
        0,
        ...strategies.filter((strategy) => strategy.backend === backend).map(serverCountOf),
      );
      if (count === 0) continue;
      const { program, start } = starts[backend];
      onStart(`starting ${count} × ${program}`);
      try {
        const servers = await start(count, pinning);
        parts.running.set(backend, servers);
        versions[program] = (await servers[0]?.version()) ?? "unknown";
      } catch (error) {
        parts.missing.set(backend, lineOf(error));
      }
    }
    return new Servers(parts, versions);
  }

  /** Whether all servers share the clients' core; undefined when there is none. */
  get pinned(): boolean | undefined {
    const all = [...this.#running.values()].flat();
    return all.length === 0 ? undefined : all.every(({ pinned }) => pinned);
  }

  /** Why this strategy has no server, when it needs one and there is none. */
  missing({ backend }: Strategy): string | undefined {
    return backend === "process" ? undefined : this.#missing.get(backend);
  }

  /** Those that this strategy uses; none for a strategy inside one process. */
  of(strategy: Strategy): readonly ServerUnderTest[] {
    if (strategy.backend === "process") return [];
    return this.#running.get(strategy.backend)?.slice(0, serverCountOf(strategy)) ?? [];
  }

  /** What this strategy connects to. */
  targetOf(strategy: Strategy): Target {
    return { urls: this.of(strategy).map(({ url }) => url) };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].flat().map((server) => server.stop()));
  }
}

interface Parts {
  readonly running: Map<ServerBackend, readonly ServerUnderTest[]>;
  readonly missing: Map<ServerBackend, string>;
}

function lineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, " ");
}
