import type {
  EtcdCluster,
  EtcdServer,
  FaultProxy,
  PostgresServer,
  RedisServer,
  ServerClock,
} from "@holdfast/test-servers";

/** Where locks can live. */
export type BackendName = "redis" | "redlock" | "postgres" | "etcd";

/** One server and the proxy through which everybody under test reaches it. */
export interface Member<Server> {
  readonly server: Server;
  readonly proxy: FaultProxy;
}

/** A server whose wall clock can be moved, where this machine can do that. */
export interface ClockedMember<Server> extends Member<Server> {
  readonly clock: ServerClock | undefined;
}

interface AnyGround<Backend extends BackendName, OneMember> extends AsyncDisposable {
  readonly backend: Backend;
  /** What workers connect to: one URL for each server, each through its proxy. */
  readonly urls: readonly string[];
  readonly members: readonly OneMember[];
  /** Resolves when every server runs and answers, asked past its proxy; rejects after a bound. */
  ready(): Promise<void>;
  /**
   * Sentences about what is left on the servers when everybody has gone: keys, locks, leases, sessions. Asked
   * past the proxies. What the guarantees page says stays (fence counters, tombstones) is nothing left.
   */
  leftovers(): Promise<readonly string[]>;
}

/** One Redis server, or the independent ones of a quorum. */
export type RedisGround = AnyGround<"redis" | "redlock", ClockedMember<RedisServer>>;

/** A primary, behind its proxy, as the only member. */
export type PostgresGround = AnyGround<"postgres", ClockedMember<PostgresServer>>;

export interface EtcdGround extends AnyGround<"etcd", Member<EtcdServer>> {
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
