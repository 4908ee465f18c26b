import { type EtcdServer, until } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import type { EtcdGround, Ground } from "../ground.ts";

const ELECTION_TIMEOUT_MS = 30_000;
/** What etcd says of a question that it could not answer for want of a leader. */
const LEADERLESS = / with 503: /;

export function onEtcd({ backend }: Ground): boolean {
  return backend === "etcd";
}

/** The ground of a scene on etcd. */
export function etcdOf({ ground }: Scene): EtcdGround {
  if (ground.backend !== "etcd") throw new Error(`${ground.backend} has no etcd`);
  return ground;
}

/** The member that leads; waits for the election that may be under way. */
export async function leaderOf(scene: Scene): Promise<EtcdServer> {
  const { cluster } = etcdOf(scene);
  let leader: EtcdServer | undefined;
  const isElected = async (): Promise<boolean> => {
    leader = await cluster.leader();
    return leader !== undefined;
  };
  await until("the cluster has a leader", isElected, ELECTION_TIMEOUT_MS);
  if (leader === undefined) throw new Error("the cluster has no leader");
  return leader;
}

/** Asks the leader, and again the next one where it stops leading meanwhile. */
export async function askLeader(
  scene: Scene,
  path: string,
  body: object,
): Promise<Readonly<Record<string, unknown>>> {
  let answer: Readonly<Record<string, unknown>> | undefined;
  const isAnswered = async (): Promise<boolean> => {
    const leader = await leaderOf(scene);
    answer = await leader.ask(path, body).catch((error: unknown) => {
      if (!LEADERLESS.test(String(error))) throw error;
      return undefined;
    });
    return answer !== undefined;
  };
  await until(`the leader answers ${path}`, isAnswered, ELECTION_TIMEOUT_MS);
  return answer ?? {};
}

/** One key of etcd, with what it was made by. */
export interface EtcdKey {
  /** In base64, as etcd writes them in JSON. */
  readonly key: string;
  readonly create_revision: string;
  /** Zero where it has none. */
  readonly lease?: string;
}

/** All keys, oldest first. */
export async function keysOf(scene: Scene): Promise<readonly EtcdKey[]> {
  const range = { key: "AA==", range_end: "AA==", keys_only: true };
  const { kvs = [] } = (await askLeader(scene, "/v3/kv/range", range)) as {
    readonly kvs?: readonly EtcdKey[];
  };
  return [...kvs].sort((one, other) => Number(one.create_revision) - Number(other.create_revision));
}

/** The lock that a key is of: all before its last slash. */
export function lockOf({ key }: EtcdKey): string {
  const path = Buffer.from(key, "base64").toString();
  return path.slice(0, path.lastIndexOf("/"));
}
