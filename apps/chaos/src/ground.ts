import type {
  EtcdCluster,
  EtcdServer,
  FaultProxy,
  PostgresServer,
  RedisServer,
} from "@holdfast/test-servers";

/** Where locks can live. */
export type BackendName = "redis" | "redlock" | "postgres" | "etcd";

/** One server and the proxy through which everybody under test reaches it. */
export interface Member<Server> {
  readonly server: Server;
  readonly proxy: FaultProxy;
}

interface AnyGround<Backend extends BackendName, Server> extends AsyncDisposable {
  readonly backend: Backend;
  /** What workers connect to: one URL for each server, each through its proxy. */
  readonly urls: readonly string[];
  readonly members: readonly Member<Server>[];
  /** Resolves when every server runs and answers, asked past its proxy; rejects after a bound. */
  ready(): Promise<void>;
  /**
   * Sentences about what is left on the servers when everybody has gone: keys, locks, leases, sessions. Asked
   * past the proxies. What the guarantees page says stays (fence counters, tombstones) is nothing left.
   */
  leftovers(): Promise<readonly string[]>;
}

/** One Redis server, or the independent ones of a quorum. */
export type RedisGround = AnyGround<"redis" | "redlock", RedisServer>;

/** A primary, behind its proxy, as the only member. */
export interface PostgresGround extends AnyGround<"postgres", PostgresServer> {
  /** A streaming standby of it, where one was started. */
  readonly standby: PostgresServer | undefined;
}

export interface EtcdGround extends AnyGround<"etcd", EtcdServer> {
  readonly cluster: EtcdCluster;
}

/** The servers of one run, each behind a proxy that makes network faults. */
export type Ground = RedisGround | PostgresGround | EtcdGround;

/** How to make a ground. */
export interface GroundKind {
  readonly backend: BackendName;
  /** One line for `--list`. */
  readonly about: string;
  /** Starts the servers and proxies. */
  start(): Promise<Ground>;
}
