import type { Finding } from "@holdfast/core";
import { clientFindings } from "./client-findings.ts";
import type { CommandRunner } from "./command-runner.ts";
import type { Keyspace } from "./keyspace.ts";
import { isNotPermitted, permissionFindings } from "./permission-findings.ts";
import type { WaitingRoom } from "./queue/waiting-room.ts";
import type { RedisConnection } from "./redis-client.ts";
import type { RedisSettings } from "./redis-options.ts";
import { listOf, textOf } from "./reply.ts";
import type { Answer } from "./sent-command.ts";
import { serverInfo } from "./server-info.ts";

/** Beyond this, tokens minted after a failover may be smaller than before it. */
const CLOCK_DIFFERENCE_MS_MAX = 1_000;
const VERSION_MIN: readonly [number, number] = [6, 2];

interface DoctorParts {
  readonly runner: CommandRunner;
  readonly keyspace: Keyspace;
  readonly room: WaitingRoom;
  readonly settings: RedisSettings;
}

/** Unsafe settings of the client, the user's permissions and the server. Writes nothing. */
export async function examine(
  connection: RedisConnection,
  { runner, keyspace, room, settings }: DoctorParts,
): Promise<readonly Finding[]> {
  return [
    ...clientFindings(connection),
    ...(await permissionFindings(runner, keyspace, room)),
    ...(await serverFindings(runner)),
    ...(await clockFindings(runner, settings)),
  ];
}

async function serverFindings(runner: CommandRunner): Promise<readonly Finding[]> {
  let info: ReadonlyMap<string, string>;
  try {
    info = await serverInfo(runner, ["server", "memory", "persistence", "replication", "cluster"]);
  } catch (error) {
    if (!isNotPermitted(error)) throw error;
    return [
      {
        severity: "warning",
        what: "INFO is not permitted, so eviction, persistence and role were not checked",
        remedy: "permit INFO, or check maxmemory-policy, appendonly and the role yourself",
      },
    ];
  }
  return [
    ...versionFindings(info.get("redis_version") ?? ""),
    ...evictionFindings(info),
    ...replicationFindings(info),
    ...(info.get("cluster_enabled") === "1" ? [CLUSTER] : []),
    ...(await persistenceFindings(runner, info)),
  ];
}

const CLUSTER: Finding = {
  severity: "error",
  what: "the server is a node of a Redis Cluster",
  remedy: "use a server that is not: the fence counter is one key for all names",
};

function versionFindings(version: string): readonly Finding[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorMin, minorMin] = VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return [];
  return [
    {
      severity: "error",
      what: `Redis ${version} is older than ${majorMin}.${minorMin}`,
      remedy: `use Redis ${majorMin}.${minorMin} or later, or Valkey`,
    },
  ];
}

/** Every lock carries a ttl, so the volatile policies evict locks too, and first. */
function evictionFindings(info: ReadonlyMap<string, string>): readonly Finding[] {
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  if (policy === "noeviction") return [];
  return [
    {
      severity: "error",
      what: `maxmemory-policy is ${policy}: a lock can be evicted while it is held`,
      remedy: "CONFIG SET maxmemory-policy noeviction, or use a server of its own for locks",
    },
  ];
}

function replicationFindings(info: ReadonlyMap<string, string>): readonly Finding[] {
  const role = info.get("role") ?? "master";
  if (role !== "master") {
    return [
      {
        severity: "error",
        what: `the server is a ${role === "slave" ? "replica" : role}: it refuses writes`,
        remedy: "connect to the master",
      },
    ];
  }
  const replicaCount = Number(info.get("connected_slaves") ?? 0);
  if (replicaCount === 0) return [];
  return [
    {
      severity: "warning",
      what: `${replicaCount} replicas: replication is asynchronous, so a failover can lose locks`,
      remedy: "use fencing tokens on what the locks protect, or a quorum of independent servers",
    },
  ];
}

async function persistenceFindings(
  runner: CommandRunner,
  info: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  if (info.get("aof_enabled") !== "1") {
    return [
      {
        severity: "warning",
        what: "no append-only file: a restart loses every lock, and its holders are not told",
        remedy: "appendonly yes with appendfsync always, where locks must survive a restart",
      },
    ];
  }
  const policy = await configOf(runner, "appendfsync");
  if (policy === undefined || policy === "always") return [];
  return [
    {
      severity: "warning",
      what: `appendfsync is ${policy}: a crash can lose the last second of locks`,
      remedy: "appendfsync always, where locks must survive a crash",
    },
  ];
}

/** A setting, or undefined where CONFIG is not permitted, as on most managed servers. */
async function configOf(runner: CommandRunner, setting: string): Promise<string | undefined> {
  try {
    const reply = await runner.run({ command: ["CONFIG", "GET", setting], decode: replyOf });
    // A list with RESP2, an object by name with RESP3 in some drivers.
    if (!Array.isArray(reply)) return (reply as Record<string, string>)[setting];
    return textOf(listOf(reply)[1]);
  } catch {
    return undefined;
  }
}

async function clockFindings(
  runner: CommandRunner,
  { clock }: RedisSettings,
): Promise<readonly Finding[]> {
  const beforeMs = clock.wallMs();
  const reply = await runner.run({ command: ["TIME"], decode: replyOf });
  const middleMs = (beforeMs + clock.wallMs()) / 2;
  const [seconds, micros] = listOf(reply).map((part) => Number(textOf(part)));
  const serverMs = (seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000;
  const differenceMs = Math.round(serverMs - middleMs);
  if (Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MS_MAX) return [];
  return [
    {
      severity: "warning",
      what: `the server's clock differs from this host's by ${differenceMs} ms`,
      remedy: "synchronise clocks: after data loss, tokens go on from the server's time",
    },
  ];
}

function replyOf({ reply }: Answer): unknown {
  return reply;
}
