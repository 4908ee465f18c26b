import type { SoakBackend } from "../message.ts";

/** The servers of one soak. */
export interface SoakServers extends AsyncDisposable {
  /** What the process under test connects to. */
  readonly urls: readonly string[];
  /**
   * Sentences about what is there that should not be once every client has closed: keys, locks, leases,
   * sessions, connections. Asked past every client of ours.
   */
  leftovers(): Promise<readonly string[]>;
}

/** Starts what the backend needs. Imports nothing of the others. */
export async function startSoakServers(backend: SoakBackend): Promise<SoakServers> {
  switch (backend) {
    case "redis":
      return (await import("./redis-servers.ts")).startRedisServers(1);
    case "redlock":
      return (await import("./redis-servers.ts")).startRedisServers(3);
    case "postgres":
      return (await import("./postgres-servers.ts")).startPostgresServers();
    case "etcd":
      return (await import("./etcd-servers.ts")).startEtcdServers();
    case "memory":
      return {
        urls: [],
        leftovers: async () => [],
        [Symbol.asyncDispose]: async () => {},
      };
  }
}
