import { type EtcdServer, startEtcd } from "@holdfast/test-servers";
import type { SoakServers } from "./soak-servers.ts";

/**
 * Every acquire and release makes a revision, and a server keeps them all until it compacts. This is what
 * the adapter's page tells its users to turn on.
 */
const COMPACTING = ["--auto-compaction-mode", "revision", "--auto-compaction-retention", "10000"];

const WATCHERS = /^etcd_debugging_mvcc_watcher_total (\d+)$/m;
/** Every key there is. */
const EVERYTHING = { key: base64("\0"), range_end: base64("\0"), keys_only: true };

export async function startEtcdServers(): Promise<SoakServers> {
  const server = await startEtcd({ args: COMPACTING });
  return {
    urls: [server.url],
    leftovers: () => leftoversOf(server),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function leftoversOf(server: EtcdServer): Promise<readonly string[]> {
  const { kvs = [] } = (await server.ask("/v3/kv/range", EVERYTHING)) as {
    readonly kvs?: readonly { readonly key: string }[];
  };
  const { leases = [] } = (await server.ask("/v3/lease/leases", {})) as {
    readonly leases?: readonly { readonly ID: string }[];
  };
  const watchers = Number(WATCHERS.exec(await server.metrics())?.[1] ?? Number.NaN);
  return [
    ...kvs.map(({ key }) => `etcd: key ${Buffer.from(key, "base64").toString()}`),
    ...leases.map(({ ID }) => `etcd: lease ${ID}`),
    ...(watchers === 0 ? [] : [`etcd: ${watchers} watchers`]),
  ];
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
