import { startEtcd, startPostgres, startRedisMany } from "@holdfast/test-servers";

/** Every backend that processes share, by URL. */
export interface Backends {
  readonly urls: Readonly<Record<BackendName, string>>;
  stop(): Promise<void>;
}

export const BACKEND_NAMES = ["redis", "redlock", "postgres", "etcd", "quorum"] as const;
type BackendName = (typeof BACKEND_NAMES)[number];

const REDIS_COUNT = 3;
/** These servers were started just now and have forgotten nothing. */
const NO_GUARD = "restartGuardMs=0";

/** Starts real servers for all of them. */
export async function startBackends(): Promise<Backends> {
  const [redises, postgres, etcd] = await Promise.all([
    startRedisMany(REDIS_COUNT),
    startPostgres(),
    startEtcd(),
  ]);
  const hosts = redises.map(({ host, port }) => `${host}:${port}`);
  const members = hosts.map((host) => `member=redis://${host}?prefix=quorum%3A`);
  return {
    urls: {
      redis: `redis://${hosts[0]}`,
      redlock: `redlock://${hosts}?${NO_GUARD}`,
      postgres: postgres.url,
      etcd: `etcd://${etcd.host}:${etcd.port}`,
      quorum: `quorum:?${members.join("&")}&${NO_GUARD}`,
    },
    stop: async () => {
      await Promise.all([...redises, postgres, etcd].map((server) => server.stop()));
    },
  };
}
