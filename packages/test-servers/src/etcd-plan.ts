import { randomBytes } from "node:crypto";
import type { EtcdOptions } from "./etcd-options.ts";
import { askEtcd } from "./etcd-question.ts";
import type { LaunchPlan, ServerReach } from "./launch-plan.ts";
import type { ServerKind } from "./server-kind.ts";

export const etcdKind: ServerKind = {
  name: "etcd",
  binary: "etcd",
  debianPackages: ["etcd-server"],
  image: "quay.io/coreos/etcd:v3.4.23",
};

/** Longest single question to a server that starts; short, because it is asked again. */
const PROBE_TIMEOUT_MS = 1_000;

/** A cluster of one has nobody to talk to, so any port will do. */
const PEER_URL = "http://127.0.0.1:0";

/** Turns the options into a command line and a readiness question. */
export function etcdPlan({ args = [] }: EtcdOptions): LaunchPlan {
  const name = `holdfast-${randomBytes(6).toString("hex")}`;
  return {
    kind: etcdKind,
    files: {},
    command: ({ host, port, dataDir }, program) => [
      ...[program, "--name", name, "--data-dir", `${dataDir}/etcd`],
      ...["--listen-client-urls", `http://${host}:${port}`],
      ...["--advertise-client-urls", `http://${host}:${port}`],
      ...["--listen-peer-urls", PEER_URL, "--initial-advertise-peer-urls", PEER_URL],
      ...["--initial-cluster", `${name}=${PEER_URL}`],
      ...["--logger", "zap", "--log-level", "warn"],
      ...args,
    ],
    isReady: (reach) => isReady(reach, name),
  };
}

/** The answer must come from the very server that was started, not from one that has its port. */
async function isReady(reach: ServerReach, name: string): Promise<boolean> {
  const health = JSON.parse(await askEtcd(reach, "/health", { timeoutMs: PROBE_TIMEOUT_MS }));
  return String(health.health) === "true" && (await isNamed(reach, name));
}

async function isNamed(reach: ServerReach, name: string): Promise<boolean> {
  const list = { timeoutMs: PROBE_TIMEOUT_MS, body: {} };
  const { members } = JSON.parse(await askEtcd(reach, "/v3/cluster/member/list", list)) as {
    readonly members: readonly { name?: string }[];
  };
  return members[0]?.name === name;
}
