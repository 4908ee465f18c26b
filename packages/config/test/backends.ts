import { startEtcd, startPostgres, startRedisMany } from "@holdfast/test-servers";

/** Every backend that processes share, by URL. */
export interface Backends {
  readonly urls: Readonly<Record<BackendName, string>>;
  stop(): Promise<void>;
}

export const BACKEND_NAMES = ["redis", "redlock", "postgres", "etcd", "quorum"] as const;
type BackendName = (typeof BACKEND_NAMES)[number];

const REDIS_COUNT = 3;
/** Long enough for a busy machine. */
const PATIENCE = "commandTimeoutMs=10000&unavailableMs=20000";
/** These servers were started just now and have forgotten nothing. */
const VOTES = "restartGuardMs=0&memberTimeoutMs=5000";

/** Starts real servers for all of them. */
export async function startBackends(): Promise<Backends> {
  const [redises, postgres, etcd] = await Promise.all([
    startRedisMany(REDIS_COUNT),
    startPostgres(),
    startEtcd(),
  ]);
  const hosts = redises.map(({ host, port }) => `${host}:${port}`);
  const members = hosts.map(
    (host) => `member=redis://${host}?prefix=quorum%3A%26commandTimeoutMs=10000`,
  );
  return {
    urls: {
      redis: `redis://${hosts[0]}?${PATIENCE}`,
      redlock: `redlock://${hosts}?${VOTES}&${PATIENCE}`,
      postgres: `${postgres.url}?${PATIENCE}`,
      etcd: `etcd://${etcd.host}:${etcd.port}?${PATIENCE}`,
      quorum: `quorum:?${members.join("&")}&${VOTES}&unavailableMs=20000`,
    },
    stop: async () => {
      await Promise.all([...redises, postgres, etcd].map((server) => server.stop()));
    },
  };
}
