import { type EtcdCluster, type EtcdServer, until } from "@holdfast/test-servers";

const ELECTION_MS_MAX = 20_000;

/** The member that leads, once one does. */
export async function leaderOf(cluster: EtcdCluster): Promise<EtcdServer> {
  return await leaderThat(cluster, () => true);
}

/** The leader that follows `former`, which does not lead any more. */
export async function successorOf(cluster: EtcdCluster, former: EtcdServer): Promise<EtcdServer> {
  return await leaderThat(cluster, (member) => member !== former);
}

async function leaderThat(
  cluster: EtcdCluster,
  isWanted: (member: EtcdServer) => boolean,
): Promise<EtcdServer> {
  let found: EtcdServer | undefined;
  const isLed = async (): Promise<boolean> => {
    const leader = await cluster.leader();
    found = leader !== undefined && isWanted(leader) ? leader : undefined;
    return found !== undefined;
  };
  await until("a member leads", isLed, ELECTION_MS_MAX);
  if (found === undefined) throw new Error("no leader");
  return found;
}
