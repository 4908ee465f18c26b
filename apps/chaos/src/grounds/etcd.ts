import { type EtcdServer, startEtcdCluster, startFaultProxy, until } from "@holdfast/test-servers";
import type { EtcdGround, GroundKind, Member } from "../ground.ts";
import { connectionsLeft, shown } from "./left.ts";

/** The smallest cluster that bears the loss of a member. */
const MEMBER_COUNT = 3;
const READY_TIMEOUT_MS = 30_000;
/** From the zero byte on, to the end: every key. */
const ALL_KEYS = { key: "AA==", range_end: "AA==", keys_only: true };

/** Members of one cluster, that each can be cut off from the others. */
export const etcdGround: GroundKind = {
  backend: "etcd",
  about: `an etcd cluster of ${MEMBER_COUNT} members`,
  start: () => startEtcdGround(),
};

async function startEtcdGround(): Promise<EtcdGround> {
  const cluster = await startEtcdCluster(MEMBER_COUNT, { isIsolable: true });
  const members = await Promise.all(
    cluster.members.map(async (server): Promise<Member<EtcdServer>> => {
      return { server, proxy: await startFaultProxy({ target: server }) };
    }),
  );
  return {
    backend: "etcd",
    urls: members.map(({ proxy }) => `http://${proxy.host}:${proxy.port}`),
    members,
    cluster,
    ready: () => areHealthy(members),
    leftovers: () => leftOn(members),
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(({ proxy }) => proxy.close()));
      await cluster.stop();
    },
  };
}

async function areHealthy(members: readonly Member<EtcdServer>[]): Promise<void> {
  const isHealthy = async ({ server }: Member<EtcdServer>): Promise<boolean> => {
    const health = await server.ask("/health").catch(() => undefined);
    return String(health?.["health"]) === "true";
  };
  const all = async (): Promise<boolean> =>
    (await Promise.all(members.map(isHealthy))).every(Boolean);
  await until("every etcd member answers", all, READY_TIMEOUT_MS);
}

async function leftOn(members: readonly Member<EtcdServer>[]): Promise<readonly string[]> {
  const [first] = members;
  if (first === undefined) return [];
  const { kvs = [] } = (await first.server.ask("/v3/kv/range", ALL_KEYS)) as {
    readonly kvs?: readonly { readonly key: string }[];
  };
  const { leases = [] } = (await first.server.ask("/v3/lease/leases", {})) as {
    readonly leases?: readonly { readonly ID: string }[];
  };
  return shown([
    ...kvs.map(({ key }) => `key ${Buffer.from(key, "base64").toString()}`),
    ...leases.map(({ ID }) => `lease ${ID}`),
    ...members.flatMap(({ proxy }) => connectionsLeft(proxy)),
  ]);
}
