import { randomBytes } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import type { EtcdOptions } from "./etcd-options.ts";
import { askEtcd, type EtcdTrust } from "./etcd-question.ts";
import type { LaunchPlan, ServerPlace, ServerReach } from "./launch-plan.ts";
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

/** One member among others. */
export interface EtcdMembership {
  readonly name: string;
  /** Where it listens for its peers. */
  readonly listenPeerUrl: string;
  /** Where they find it. */
  readonly peerUrl: string;
  /** `name=url` of every member, with commas between. */
  readonly cluster: string;
}

/** What a server with TLS shows, and what it demands of its clients. */
export interface EtcdCertificates {
  readonly server: Certificate;
  readonly client: Certificate;
}

/** A cluster of one. */
export function soleMember(): EtcdMembership {
  const name = newMemberName();
  return { name, listenPeerUrl: PEER_URL, peerUrl: PEER_URL, cluster: `${name}=${PEER_URL}` };
}

export function newMemberName(): string {
  return `holdfast-${randomBytes(6).toString("hex")}`;
}

/** Turns the options into a command line and a readiness question. */
export function etcdPlan(
  { args = [] }: EtcdOptions,
  { name, listenPeerUrl, peerUrl, cluster }: EtcdMembership,
  certificates?: EtcdCertificates,
): LaunchPlan {
  const scheme = certificates === undefined ? "http" : "https";
  const trust = certificates && trustOf(certificates);
  return {
    kind: etcdKind,
    files: filesOf(certificates),
    command: (place, program) => [
      ...[program, "--name", name, "--data-dir", `${place.dataDir}/etcd`],
      ...["--listen-client-urls", `${scheme}://${place.host}:${place.port}`],
      ...["--advertise-client-urls", `${scheme}://${place.host}:${place.port}`],
      ...["--listen-peer-urls", listenPeerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", cluster],
      ...["--logger", "zap", "--log-level", "warn"],
      ...(certificates === undefined ? [] : certificateArguments(place)),
      ...args,
    ],
    isReady: (reach) => isReady(reach, name, trust),
  };
}

/** What a client of that server trusts and shows. */
export function trustOf({ server, client }: EtcdCertificates): EtcdTrust {
  return { ca: server.certificatePem, cert: client.certificatePem, key: client.keyPem };
}

function filesOf(certificates: EtcdCertificates | undefined): Readonly<Record<string, string>> {
  if (certificates === undefined) return {};
  const { server, client } = certificates;
  return {
    "server.crt": server.certificatePem,
    "server.key": server.keyPem,
    // The server's JSON gateway is a client of its own, and shows the server's certificate.
    "clients.crt": client.certificatePem + server.certificatePem,
  };
}

function certificateArguments({ filesDir }: ServerPlace): readonly string[] {
  return [
    ...["--cert-file", `${filesDir}/server.crt`, "--key-file", `${filesDir}/server.key`],
    ...["--client-cert-auth", "--trusted-ca-file", `${filesDir}/clients.crt`],
  ];
}

/** The answer must come from the very server that was started, not from one that has its port. */
async function isReady(reach: ServerReach, name: string, trust?: EtcdTrust): Promise<boolean> {
  const asking = { timeoutMs: PROBE_TIMEOUT_MS, trust };
  const health = JSON.parse(await askEtcd(reach, "/health", asking));
  if (String(health.health) !== "true") return false;
  const list = await askEtcd(reach, "/v3/cluster/member/list", { ...asking, body: {} });
  const { header, members } = JSON.parse(list) as {
    readonly header: { readonly member_id: string };
    readonly members: readonly { readonly ID: string; readonly name?: string }[];
  };
  return members.some((member) => member.ID === header.member_id && member.name === name);
}
