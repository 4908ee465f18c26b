import { EtcdCluster } from "./etcd-cluster.ts";
import type { EtcdOptions } from "./etcd-options.ts";
import { EtcdPeerLinks } from "./etcd-peer-links.ts";
import { type EtcdMembership, etcdPlan, newMemberName } from "./etcd-plan.ts";
import { EtcdServer } from "./etcd-server.ts";
import { freePort } from "./free-port.ts";
import { launchServer } from "./launch-server.ts";

/** Enough for any cluster worth testing; more is a mistake in the arguments. */
const MEMBER_COUNT_MAX = 7;
/** Starts with new ports between the members after another process took one of the first. */
const START_TRY_COUNT_MAX = 3;

/** How the members of a cluster are started. */
export interface EtcdClusterOptions extends Omit<EtcdOptions, "tls"> {
  /** Lets the members speak through proxies, so that `isolate` can cut one off. */
  readonly isIsolable?: boolean;
}

/** Starts a cluster of `memberCount` on random loopback ports, all of them or none; from local programs only. */
export async function startEtcdCluster(
  memberCount: number,
  options: EtcdClusterOptions = {},
): Promise<EtcdCluster> {
  if (!Number.isInteger(memberCount) || memberCount < 1 || memberCount > MEMBER_COUNT_MAX) {
    throw new RangeError(`memberCount is ${memberCount}, wanted 1 to ${MEMBER_COUNT_MAX}`);
  }
  for (let tryCount = 1; ; tryCount += 1) {
    const links = options.isIsolable === true ? new EtcdPeerLinks() : undefined;
    const memberships = await membershipsOf(memberCount, links);
    // A member is ready when the cluster has a leader, so they start together.
    const starts = memberships.map((membership) => launchServer(etcdPlan(options, membership)));
    const results = await Promise.allSettled(starts);
    const members = results.flatMap((result) =>
      result.status === "fulfilled" ? [new EtcdServer(result.value)] : [],
    );
    const failure = results.find((result) => result.status === "rejected");
    const cluster = new EtcdCluster(members, links && { links, listenPorts: portsOf(memberships) });
    if (failure === undefined) return cluster;
    await cluster.stop();
    if (tryCount === START_TRY_COUNT_MAX) throw failure.reason;
  }
}

async function membershipsOf(
  memberCount: number,
  links: EtcdPeerLinks | undefined,
): Promise<readonly EtcdMembership[]> {
  const peers = await Promise.all(
    Array.from({ length: memberCount }, async () => {
      const port = await freePort();
      const listenPeerUrl = `http://127.0.0.1:${port}`;
      const door = await links?.open(port);
      return { name: newMemberName(), listenPeerUrl, peerUrl: door?.url ?? listenPeerUrl };
    }),
  );
  const cluster = peers.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",");
  return peers.map((peer) => ({ ...peer, cluster }));
}

function portsOf(memberships: readonly EtcdMembership[]): readonly number[] {
  return memberships.map(({ listenPeerUrl }) => Number(new URL(listenPeerUrl).port));
}
